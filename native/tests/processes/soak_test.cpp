// One writer, and eight readers that join, hold, lag, leave and die at random, for QADS_SOAK_SECONDS (a few by default): every
// value is checked, and memory, descriptors and the file stay as large as they were.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "../support/segment_ends.hpp"
#include "process.hpp"

namespace {

using namespace qads_test;
using Clock = std::chrono::steady_clock;

constexpr int kReaders = 8;
constexpr std::int32_t kSlots = 32;
constexpr std::int64_t kCapacity = 1 << 20;
constexpr std::int64_t kEvictAfterMs = 100;
constexpr std::array<std::int64_t, 3> kRows{3, 40, 400};
constexpr std::size_t kMostHeld = 3;  // 8 times that leaves the writer slots
constexpr std::int64_t kPatience = 60'000;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t kSlackKib = 1 << 20;  // what the sanitizer remembers grows
#else
constexpr std::int64_t kSlackKib = 4 << 10;
#endif

struct Figures {
  std::atomic<std::uint64_t> written, taken, joined, left, died, evicted, wrong;
  std::atomic<bool> enough;
};

void add(std::atomic<std::uint64_t>& figure) { figure.fetch_add(1, std::memory_order_relaxed); }

// Which size a batch has, its number says.
std::size_t size_of(std::uint64_t number) { return number % 7 == 0 ? 2 : number % 3 == 0 ? 0 : 1; }

class Batches {
 public:
  IntBatch& of(std::uint64_t number) { return *batches_[size_of(number)]; }

 private:
  std::array<std::unique_ptr<IntBatch>, 3> batches_{
      std::make_unique<IntBatch>(kRows[0]), std::make_unique<IntBatch>(kRows[1]), std::make_unique<IntBatch>(kRows[2])};
};

int write_on(const Directory& directory, Figures& figures) {
  qads_arena_options options = arena_options(kSlots, kCapacity);
  options.evict_after_ms = kEvictAfterMs;
  Outlet out(directory, "s", options);
  Batches batches;
  for (std::uint64_t n = 0; !figures.enough; ++n) {
    if (out.write(batches.of(n), n, 0, kPatience) != QADS_OK) {
      std::fprintf(stderr, "%s\n", qads_last_error());
      return 1;
    }
    figures.written.store(n + 1, std::memory_order_relaxed);
  }
  return qads_writer_finish(out.writer) == QADS_OK ? 0 : 1;
}

// A reader's life: until its time has come, the stream ends, or the writer has lost patience with it.
class Life {
 public:
  Life(const Directory& directory, Figures& figures, std::mt19937::result_type seed)
      : in_(directory, "s"), figures_(figures), random_(seed), steps_(random_() % 3000) {}

  int live() {
    if (in_.reader == nullptr) return figures_.enough ? 0 : 1;  // too late
    add(figures_.joined);
    while (steps_-- > 0) {
      const qads_status status = step();
      if (status == QADS_OK) continue;
      if (status == QADS_ERR_EVICTED) add(figures_.evicted);
      return settle() && (status == QADS_ERR_EVICTED || status == QADS_END_OF_STREAM) ? 0 : 1;
    }
    const std::uint64_t end = random_() % 4;
    if (end == 0) {
      add(figures_.died);
      ::kill(::getpid(), SIGKILL);
    }
    if (end == 1) _exit(0);  // without a word
    add(figures_.left);
    return settle() ? 0 : 1;
  }

 private:
  struct Held {
    Got got;
    std::uint64_t number;
  };

  qads_status step() {
    Got got;
    const qads_status status = in_.next(got, kPatience);
    if (status != QADS_OK) return status;
    const std::uint64_t number = got.info.sequence;
    if ((next_ != 0 && number != next_) || got.info.lost_before != 0 || !right(got.array, number)) return wrong();
    next_ = number + 1;
    add(figures_.taken);
    if (random_() % 4 == 0) held_.push_back({std::move(got), number});
    if (held_.size() > kMostHeld || (!held_.empty() && random_() % 4 == 0)) {
      const auto which = held_.begin() + static_cast<std::ptrdiff_t>(random_() % held_.size());
      const bool as_it_was = right(which->got.array, which->number);
      held_.erase(which);
      if (!as_it_was) return wrong();
    }
    if (random_() % 500 == 0) pause_ms(static_cast<int>(random_() % 30));
    if (random_() % 5000 == 0) pause_ms(2 * static_cast<int>(kEvictAfterMs));
    return QADS_OK;
  }

  bool right(const ArrowArray& array, std::uint64_t number) {
    const std::string difference = batches_.of(number).difference(array, number);
    if (!difference.empty())
      std::fprintf(stderr, "batch %lu: %s\n", static_cast<unsigned long>(number), difference.c_str());
    return difference.empty();
  }

  qads_status wrong() {
    add(figures_.wrong);
    return QADS_ERR_INTERNAL;
  }

  // Looks once more at what it holds, and lets go.
  bool settle() {
    const bool all = std::all_of(held_.begin(), held_.end(),
                                 [this](const Held& held) { return right(held.got.array, held.number); });
    held_.clear();
    in_.close();
    return all;
  }

  Inlet in_;
  Figures& figures_;
  std::mt19937 random_;
  std::uint64_t steps_;
  Batches batches_;
  std::deque<Held> held_;
  std::uint64_t next_ = 0;
};

// Private memory of a process, in KiB: what is shared is the segment.
std::int64_t private_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoll(line.substr(8));
  }
  return 0;
}

std::int64_t descriptors(pid_t pid) {
  std::error_code gone;
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd", gone);
  return gone ? 0 : std::distance(begin(all), end(all));
}

std::int64_t file_kib(const Directory& directory) {
  struct stat found{};
  const std::string path = std::string(directory.path()) + "/qads_s";
  return ::stat(path.c_str(), &found) == 0 ? found.st_blocks / 2 : 0;
}

// The most that was seen after the first part of the time, in which everything grows to its size, against that part's.
struct Measured {
  std::int64_t early = 0;
  std::int64_t late = 0;
  void see(bool is_early, std::int64_t value) { (is_early ? early : late) = std::max(is_early ? early : late, value); }
};

TEST(Soak, ReadersThatComeAndGoCostNothingForGood) {
  const char* const seconds = std::getenv("QADS_SOAK_SECONDS");
  const std::chrono::seconds duration(seconds == nullptr ? 5 : std::stoi(seconds));
  const Directory directory;
  auto& figures = shared<Figures>();
  std::random_device device;
  const std::uint32_t seed = device();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  Process writer([&] { return write_on(directory, figures); });
  ASSERT_TRUE(eventually([&] { return directory.has("s"); }));

  const auto begun = Clock::now();
  std::array<std::unique_ptr<Process>, kReaders> readers;
  Measured memory;
  Measured reader_memory;
  Measured open;
  Measured file;
  std::uint64_t killed = 0;
  // To the end of the writer, who waits for readers as long as there are none.
  while (!writer.has_ended()) {
    figures.enough = Clock::now() - begun >= duration;
    for (auto& reader : readers) {
      if (reader && !reader->has_ended()) continue;
      if (reader) {
        const int status = reader->wait();
        ASSERT_TRUE(status == 0 || status == -SIGKILL) << status;
      }
      reader.reset();
      // At the end nobody comes but where the writer would have no reader, nor to a name that is gone already.
      const bool wanted = !figures.enough || std::none_of(readers.begin(), readers.end(), [](const auto& other) {
        return other && !other->has_ended();
      });
      if (!wanted || !directory.has("s")) continue;
      const std::mt19937::result_type life = random();
      reader = std::make_unique<Process>([&] { return Life(directory, figures, life).live(); });
    }
    pause_ms(10);
    auto& victim = readers[random() % readers.size()];
    if (victim && random() % 10 == 0) {
      victim->kill();
      ++killed;
      victim.reset();
    }
    const bool early = Clock::now() - begun < duration / 4;
    memory.see(early, private_kib(writer.pid()));
    open.see(early, descriptors(writer.pid()));
    file.see(early, file_kib(directory));
    for (auto& reader : readers) {
      if (reader) reader_memory.see(early, private_kib(reader->pid()));
    }
  }
  EXPECT_EQ(writer.wait(), 0);
  for (auto& reader : readers) {
    if (!reader) continue;
    const int status = reader->wait();
    EXPECT_TRUE(status == 0 || status == -SIGKILL) << status;
  }
  std::printf(
      "%lu batches written, %lu taken; %lu readers joined: %lu left, %lu killed themselves, %lu were killed, %lu were "
      "evicted\nKiB early and late: writer %ld %ld, readers %ld %ld, file %ld %ld; descriptors %ld %ld\n",
      figures.written.load(), figures.taken.load(), figures.joined.load(), figures.left.load(), figures.died.load(),
      killed, figures.evicted.load(), memory.early, memory.late, reader_memory.early, reader_memory.late, file.early,
      file.late, open.early, open.late);
  EXPECT_EQ(figures.wrong, 0U);
  EXPECT_GT(figures.taken, 0U);
  EXPECT_LE(memory.late, memory.early + kSlackKib);
  EXPECT_LE(reader_memory.late, reader_memory.early + kSlackKib);
  EXPECT_LE(open.late, open.early + 2);
  EXPECT_LE(file.late, file.early + 64) << "the reserved part may grow by a unit, to the capacity at most";
  // Who died last may have been the one to remove the name.
  if (directory.has("s")) {
    EXPECT_EQ(qads_remove("s", directory.path(), QADS_REMOVE_UNREAD), QADS_OK);
  }
  EXPECT_TRUE(directory.empty());
}

}  // namespace
