// Arrow's C structs with an owner, and the capsules that carry them between libraries.
#pragma once

#include <pybind11/pybind11.h>
#include <qadataswap/qadataswap.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"

namespace qads_python {

namespace py = pybind11;

inline constexpr const char* kSchemaCapsule = "arrow_schema";
inline constexpr const char* kArrayCapsule = "arrow_array";
inline constexpr const char* kStreamCapsule = "arrow_array_stream";

// One of Arrow's structs, released at the end unless somebody has taken it.
template <typename T>
class Owned {
 public:
  Owned() = default;
  explicit Owned(T value) noexcept : value_(value) {}
  Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, T{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (value_.release != nullptr) value_.release(&value_);
  }

  T* get() noexcept { return &value_; }
  const T* get() const noexcept { return &value_; }
  T* operator->() noexcept { return &value_; }
  const T* operator->() const noexcept { return &value_; }
  explicit operator bool() const noexcept { return value_.release != nullptr; }
  // The struct is the caller's from now on.
  T take() noexcept { return std::exchange(value_, T{}); }

 private:
  T value_{};
};

using OwnedSchema = Owned<ArrowSchema>;
using OwnedArray = Owned<ArrowArray>;
using OwnedStream = Owned<ArrowArrayStream>;

// A capsule that owns the struct until a consumer takes it out.
template <typename T>
py::capsule to_capsule(T value, const char* name) {
  auto held = std::make_unique<Owned<T>>(value);
  py::capsule capsule(held->get(), name, [](PyObject* object) {
    auto* inside = static_cast<T*>(PyCapsule_GetPointer(object, PyCapsule_GetName(object)));
    delete reinterpret_cast<Owned<T>*>(inside);  // its only member
  });
  (void)held.release();
  return capsule;
}

// Takes the struct out of a producer's capsule. `about` is what a complaint begins with.
template <typename T>
Owned<T> from_capsule(const py::handle& capsule, const char* name, const std::string& about) {
  auto* inside = static_cast<T*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (inside == nullptr) throw py::error_already_set();
  if (inside->release == nullptr) {
    raise({QADS_ERR_INVALID, about + "the data's " + name + " capsule was used before: what it held is released"});
  }
  return Owned<T>(std::exchange(*inside, T{}));
}

// Copies of a schema or a batch for one more consumer; what they point at lives as long as any of them.
ArrowSchema share(const std::shared_ptr<const OwnedSchema>& schema);
ArrowArray share(const std::shared_ptr<const OwnedArray>& array);

// A stream over batches that are there already.
ArrowArrayStream stream_of(std::shared_ptr<const OwnedSchema> schema,
                           std::vector<std::shared_ptr<const OwnedArray>> batches);

}  // namespace qads_python
