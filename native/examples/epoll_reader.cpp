// Reads a segment in an event loop: epoll tells when there is something, and nothing blocks. Beside the descriptor of the
// reader the loop could wait for sockets and timers.
// usage: epoll_reader [NAME]
#include <arrow/api.h>
#include <qadataswap/arrow.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;

constexpr int kPatienceMs = 10'000;

arrow::Status SystemError(const std::string& call) { return arrow::Status::IOError(call, " failed: errno ", errno); }

// An epoll instance that waits for one descriptor.
class Epoll {
 public:
  static arrow::Result<std::unique_ptr<Epoll>> Watch(int fd) {
    std::unique_ptr<Epoll> made(new Epoll(epoll_create1(EPOLL_CLOEXEC)));
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = fd}};
    if (epoll_ctl(made->fd_, EPOLL_CTL_ADD, fd, &wanted) != 0) return SystemError("epoll_ctl");
    return made;
  }
  ~Epoll() { close(fd_); }
  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;

  arrow::Status Wait() const {
    epoll_event happened{};
    const int count = epoll_wait(fd_, &happened, 1, kPatienceMs);
    if (count == 0) return arrow::Status::IOError("nothing came within ", kPatienceMs, " ms");
    return count > 0 || errno == EINTR ? arrow::Status::OK() : SystemError("epoll_wait");
  }

 private:
  explicit Epoll(int fd) : fd_(fd) {}
  int fd_;
};

// All that is there now. True: the stream has ended.
arrow::Result<bool> Drain(qadataswap::Reader& reader, int64_t& rows) {
  while (true) {
    const auto batch = reader.ReadNext(0ms);
    if (qadataswap::ErrorCode(batch.status()) == QADS_ERR_TIMEOUT) return false;
    ARROW_RETURN_NOT_OK(batch.status());
    if (*batch == nullptr) return true;
    rows += (*batch)->num_rows();
  }
}

arrow::Status Run(const std::string& name) {
  const auto opened = qadataswap::Reader::Open({.name = name, .attach_timeout = 1s, .timeout = 10s});
  if (qadataswap::ErrorCode(opened.status()) == QADS_ERR_NOT_FOUND) {
    std::cout << "nobody writes " << name << "; start cpp_writer\n";
    return arrow::Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const auto reader, opened);
  std::cout << reader->schema()->ToString() << '\n';
  ARROW_ASSIGN_OR_RAISE(const int fd, reader->FileDescriptor());
  ARROW_ASSIGN_OR_RAISE(const auto epoll, Epoll::Watch(fd));
  int64_t rows = 0;
  bool ended = false;
  while (!ended) {
    ARROW_RETURN_NOT_OK(epoll->Wait());
    ARROW_ASSIGN_OR_RAISE(ended, Drain(*reader, rows));
  }
  ARROW_ASSIGN_OR_RAISE(const auto stats, reader->Stats());
  std::cout << "read " << rows << " rows in " << stats.batches << " batches, " << stats.lost << " lost\n";
  return reader->Close();
}

}  // namespace

int main(int count, char** words) {
  if (count > 1 && words[1] == std::string_view("--help")) {
    std::cout << "usage: epoll_reader [NAME]\n";
    return 0;
  }
  const arrow::Status status = Run(count > 1 ? words[1] : "example");
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
