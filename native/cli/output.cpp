#include "output.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

#include "failure.hpp"
#include "interrupt.hpp"

namespace qads::cli {
namespace {

constexpr std::size_t kBuffer = 64 << 10;

[[noreturn]] void fail(int error) {
  throw Failure(kFailed, "what it prints can't be written: " + std::generic_category().message(error));
}

}  // namespace

Output::Output(std::ostream& stream, int fd) : stream_(stream), fd_(fd), before_(stream.rdbuf(this)) {
  stream_.exceptions(std::ios::badbit);  // lets what overflow and sync throw through
}

Output::~Output() {
  stream_.exceptions(std::ios::goodbit);
  stream_.rdbuf(before_);  // which clears its state
}

Output::int_type Output::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char one = traits_type::to_char_type(character);
  xsputn(&one, 1);
  return character;
}

std::streamsize Output::xsputn(const char* text, std::streamsize size) {
  const std::string_view more(text, static_cast<std::size_t>(size));
  if (pending_.size() + more.size() > kBuffer) sync();
  if (more.size() > kBuffer) {
    write(more);
  } else {
    pending_ += more;
  }
  return size;
}

int Output::sync() {
  write(std::exchange(pending_, {}));
  return 0;
}

// In pieces that a pipe takes at once where it takes anything: a signal that comes just before a write that sleeps is lost.
void Output::write(std::string_view text) const {
  while (!text.empty()) {
    wait_for_room();
    const ssize_t written = ::write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      fail(errno);
    }
  }
}

void Output::wait_for_room() const {
  constexpr int kPieceMs = 50;
  pollfd asked{fd_, POLLOUT, 0};
  for (;;) {
    if (interrupted()) throw Interrupted{};
    const int ready = ::poll(&asked, 1, kPieceMs);
    if (ready > 0) return;  // or a failure, which the write tells
    // Somebody else's signal handler, such as Python's for Ctrl-C, wants this to end as well.
    if (ready < 0 && !interrupted()) fail(errno);
  }
}

}  // namespace qads::cli
