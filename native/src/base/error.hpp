// The one exception of the core. It is caught at the C ABI (ffi/) and becomes a status and a message; expected outcomes
// of a wait (timeout, end of stream) are return values instead, because they are frequent.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace qads {

// Same values as the QADS_ codes of qadataswap.h; ffi/ asserts that.
enum class Code : std::int32_t {
  kOk = 0,
  kTimeout = -1,
  kEndOfStream = -2,
  kWriterDied = -3,
  kWouldNotFit = -4,
  kNoSpace = -5,
  kCorrupt = -6,
  kSchemaMismatch = -7,
  kOverrun = -8,
  kExists = -9,
  kNotFound = -10,
  kPermission = -11,
  kInvalid = -12,
  kUnsupportedType = -13,
  kClosed = -14,
  kForked = -15,
  kEvicted = -16,
  kForeign = -17,
  kVersion = -18,
  kTooManyReaders = -19,
  kSystem = -20,
  kNoMemory = -21,
  kProducer = -22,
  kFilesystem = -23,
  kInternal = -24,
};

class Error : public std::exception {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  Code code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
};

// What `call` returns; an Error that it throws gets about() in front: lower layers know fields and numbers, not segments.
template <typename About, typename Call>
auto with_context(About about, Call call) {
  try {
    return call();
  } catch (const Error& error) {
    throw Error(error.code(), about() + error.message());
  }
}

}  // namespace qads
