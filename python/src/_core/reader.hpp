// One reader of a segment.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "batch.hpp"
#include "errors.hpp"

namespace qads_python {

struct ReaderArguments {
  std::string name;
  std::optional<std::string> directory;
  std::int64_t attach_timeout_ms = 0;
  std::int32_t start = 0;
  std::int32_t loss = 0;
  std::int32_t wait = 0;
  bool offline = false;
};

class Reader {
 public:
  explicit Reader(const ReaderArguments& arguments);

  // The next batch; nullopt if none came in time.
  std::optional<Batch> next(std::int64_t timeout_ms);
  // The next batch as `import(address of its struct, schema)` makes it, a library's own function; None if none came in time.
  py::object next_imported(const py::object& import, const py::object& schema, std::int64_t timeout_ms);
  // The next whole message; nullopt if it didn't come in time.
  std::optional<Message> next_message(std::int64_t timeout_ms);
  // The same for one consumer.
  std::optional<MessageStream> next_stream(std::int64_t timeout_ms);
  // Waits until there is something to read, or an error to raise; false if nothing came in time.
  bool wait(std::int64_t timeout_ms);
  // For event loops; the reader's own.
  int descriptor() const;
  const Schema& schema(std::int64_t timeout_ms);
  // All that follows, for whoever takes a stream; each of its batches is waited for so long.
  py::capsule stream(std::int64_t timeout_ms) const;
  qads_reader_stats statistics() const;
  // The segment as it was when this reader attached.
  const qads_arena_info& info() const { return info_; }
  void close();

 private:
  qads_arena_info info_{};
  // Shared with the streams and with calls that are under way: freed when nobody is inside.
  std::shared_ptr<qads_reader> reader_;
  std::optional<Schema> schema_;
};

void bind_reader(py::module_& module);

}  // namespace qads_python
