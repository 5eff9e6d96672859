// The one place where C++ ends: exceptions become statuses, and the sentence about them is kept for qads_last_error.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <string>

#include "base/error.hpp"
#include "os/fork_guard.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::ffi {

// Keeps the sentence and returns the code.
qads_status fail(Code code, std::string message) noexcept;

template <typename Call>
qads_status guarded(Call call) noexcept {
  try {
    return call();
  } catch (const Error& error) {
    return fail(error.code(), error.message());
  } catch (const std::bad_alloc&) {
    return fail(Code::kNoMemory, "this process has no memory left");
  } catch (const std::exception& error) {
    return fail(Code::kInternal, error.what());
  } catch (...) {
    return fail(Code::kInternal, "an unknown exception");
  }
}

// Throws kInvalid if `pointer` is null.
template <typename T>
T& require(T* pointer, const char* what) {
  if (pointer == nullptr) throw Error(Code::kInvalid, std::string(what) + " is null");
  return *pointer;
}

// What all handles share: they are useless in a fork's child.
struct Handle {
  std::uint32_t fork_generation = os::fork_generation();
  bool in_child() const noexcept { return fork_generation != os::fork_generation(); }
};

template <typename H>
H& use(H* handle, const char* what) {
  H& used = require(handle, what);
  if (used.in_child()) {
    throw Error(Code::kForked,
                std::string(what) + " belongs to the parent process; open one in the child after fork()");
  }
  return used;
}

// Options are optional; a struct_size that isn't ours comes from a caller that forgot the init function.
template <typename Options>
Options options_or_default(const Options* given, void (*init)(Options*)) {
  Options options;
  init(&options);
  if (given == nullptr) return options;
  if (given->struct_size != sizeof(Options)) {
    throw Error(Code::kInvalid, "options.struct_size is " + std::to_string(given->struct_size) + ", expected " +
                                    std::to_string(sizeof(Options)) + ": call the options' init function first");
  }
  return *given;
}

template <typename Out>
void check_struct_size(const Out& out) {
  if (out.struct_size == sizeof(Out)) return;
  throw Error(Code::kInvalid, "struct_size is " + std::to_string(out.struct_size) + ", expected " +
                                  std::to_string(sizeof(Out)) + ": set it before the call");
}

// Numbers of options, in the range they may have.
inline std::int64_t in_range(std::int64_t value, std::int64_t low, std::int64_t high, const char* what) {
  if (value >= low && value <= high) return value;
  throw Error(Code::kInvalid, std::string(what) + " is " + std::to_string(value) + ", must be from " +
                                  std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace qads::ffi
