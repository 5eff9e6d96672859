// The stream of whoever's data is being written.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>

#include "arrow_owned.hpp"
#include "errors.hpp"

namespace qads_python {

// Reads a producer's stream; what fails there is raised as the producer's error. Without the GIL while it reads.
class Producer {
 public:
  Producer(OwnedStream stream, std::string about) : stream_(std::move(stream)), about_(std::move(about)) {}

  OwnedSchema schema();
  OwnedArray next();
  OwnedStream take() { return std::move(stream_); }

 private:
  [[noreturn]] void failed(int error);

  OwnedStream stream_;
  std::string about_;
};

// Batches that were taken from a stream already, then the rest of it. Setting `stop` fails it at the next batch.
ArrowArrayStream spliced(OwnedSchema schema, std::deque<OwnedArray> taken, OwnedStream rest,
                         std::shared_ptr<std::atomic<bool>> stop);

// The batches of many streams as one stream; a Python iterator gives capsules of them. What it raised is kept in `raised`, to
// be raised again where Python can hear it.
struct Raised {
  py::object error;
  ~Raised();
};
OwnedStream chained(py::iterator streams, std::shared_ptr<Raised> raised);

}  // namespace qads_python
