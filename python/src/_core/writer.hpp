// The one writer of a segment.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrow_owned.hpp"
#include "errors.hpp"

namespace qads_python {

struct WriterArguments {
  std::string name;
  std::optional<std::string> directory;
  std::optional<std::int64_t> capacity;
  std::optional<std::int64_t> schema_capacity;
  std::optional<std::int32_t> slots;
  std::optional<std::int32_t> reader_capacity;
  std::int32_t overflow = 0;
  std::int32_t lifetime = 0;
  std::int32_t takeover = 0;
  std::uint32_t mode = 0600;
  std::int64_t evict_after_ms = 0;
  std::uint32_t flags = 0;
  std::int32_t wait = 0;
};

// Freed when no call is inside.
struct WriterHandles {
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;

  WriterHandles() = default;
  WriterHandles(const WriterHandles&) = delete;
  WriterHandles& operator=(const WriterHandles&) = delete;
  ~WriterHandles() {
    qads_writer_free(writer);
    qads_arena_free(arena);
  }
};

// Memory in the segment, readable and writable by Python's buffer protocol.
struct Allocation {
  void* address = nullptr;
  std::int64_t size = 0;
  qads_allocation* handle = nullptr;

  Allocation() = default;
  Allocation(const Allocation&) = delete;
  Allocation& operator=(const Allocation&) = delete;
  ~Allocation() { qads_allocation_release(handle); }
};

class Writer {
 public:
  explicit Writer(const WriterArguments& arguments);

  void set_schema(const py::object& schema_capsule);
  void write_array(const py::object& schema_capsule, const py::object& array_capsule, bool more,
                   std::int64_t timeout_ms);
  // A batch of the schema that the segment has, which `export_array(address of a struct)` exports: a library's own function.
  py::object write_exported(const py::object& export_array, std::int64_t timeout_ms);
  void write_stream(const py::object& stream_capsule, bool message_per_batch, std::int64_t timeout_ms);
  // The streams of an iterator's capsules, one after the other, as one.
  void write_streams(const py::iterator& stream_capsules, bool message_per_batch, std::int64_t timeout_ms);
  void give_up_message();
  std::shared_ptr<Allocation> allocate(std::int64_t size, std::int64_t timeout_ms);
  void wait_readers(std::int32_t readers, std::int64_t timeout_ms);
  void wait_drained(std::int64_t timeout_ms);
  std::vector<qads_column_report> last_write();
  qads_arena* arena() const { return handles_->arena; }
  void finish();
  void close();

 private:
  void write_all(OwnedStream stream, bool message_per_batch, std::int64_t timeout_ms);
  [[noreturn]] void producer_failed(const Outcome& outcome) const;

  std::string name_;
  std::string about_;  // what messages begin with
  std::shared_ptr<WriterHandles> handles_;
};

void bind_writer(py::module_& module);

}  // namespace qads_python
