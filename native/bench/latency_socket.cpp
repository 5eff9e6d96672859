// A Unix stream socket as a participant of the latency benchmark (latency.hpp): the batch's bytes without any framing,
// which is less than a user of a socket needs. `--mode spinning` polls without sleeping, `--mode blocking` sleeps.
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>

#include "latency.hpp"

namespace {

constexpr int kAttempts = 30'000;  // to connect, a millisecond each

// An abstract name: nothing is left behind.
sockaddr_un address_of(const std::string& name, socklen_t& length) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() + 1 > sizeof(address.sun_path)) bench::fail("too long: " + name);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return address;
}

int connect_both(const bench::LatencyArguments& arguments) {
  socklen_t length = 0;
  const sockaddr_un address = address_of(arguments.name, length);
  const auto* at = reinterpret_cast<const sockaddr*>(&address);
  const int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end < 0) bench::fail("no socket");
  if (arguments.ping) {
    if (bind(end, at, length) != 0 || listen(end, 1) != 0) bench::fail("can't listen");
    const int peer = accept4(end, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) bench::fail("can't accept");
    close(end);
    return peer;
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (connect(end, at, length) == 0) return end;
    usleep(1'000);
  }
  bench::fail("nobody listens");
}

// All of `bytes`, by send or recv; spins where `flags` say MSG_DONTWAIT.
template <typename Call>
void transfer(std::size_t bytes, Call call) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t moved = call(done);
    if (moved > 0) {
      done += static_cast<std::size_t>(moved);
    } else if (moved == 0 || (errno != EAGAIN && errno != EINTR)) {
      bench::fail("the other side is gone");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::LatencyArguments arguments = bench::latency_arguments(argc, argv);
  bench::pin(arguments.core);
  const int flags = arguments.mode == "blocking" ? 0 : MSG_DONTWAIT;
  const int peer = connect_both(arguments);
  std::vector<std::int64_t> values(arguments.rows * bench::kColumns);
  auto* bytes = reinterpret_cast<char*>(values.data());
  const auto send_round = [&](std::int64_t round) {
    values[arguments.mark()] = round;
    transfer(arguments.bytes(), [&](std::size_t done) {
      return send(peer, bytes + done, arguments.bytes() - done, flags | MSG_NOSIGNAL);
    });
  };
  const auto receive_round = [&] {
    transfer(arguments.bytes(),
             [&](std::size_t done) { return recv(peer, bytes + done, arguments.bytes() - done, flags); });
    return values[arguments.mark()];
  };
  bench::play(arguments, send_round, receive_round);
  close(peer);
  return 0;
}
