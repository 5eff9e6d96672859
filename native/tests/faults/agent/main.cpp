// A process that does what it is told, a line at a time, and answers each with a line: a writer, a reader, or who removes.
// usage: fault_agent DIRECTORY; the commands are the table at the end. Ends with its input; 3 if a value was wrong.
#include <sys/prctl.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "support/int_batch.hpp"

namespace {

constexpr char kName[] = "s";
constexpr std::int64_t kRows = 480;  // four such batches fill the data area, five can't
constexpr std::size_t kColumns = 2;
constexpr std::int64_t kCapacity = 32 << 10;
constexpr std::int32_t kSlots = 4;
constexpr std::int64_t kPatience = 60'000;
constexpr std::uint64_t kPerStream = 1'000'000;  // a batch's number says its stream and its sequence

class Agent {
 public:
  explicit Agent(const char* directory) : directory_(directory) {}

  std::string obey(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "create") return create(words);
    if (command == "schema") return answer(qads_writer_set_schema(writer_, &batch_.schema()));
    if (command == "write") return write(words);
    if (command == "finish") return answer(qads_writer_finish(writer_));
    if (command == "attach") return attach();
    if (command == "take") return take(number(words), false);
    if (command == "hold") return take(number(words), true);
    if (command == "until") return until(number(words));
    if (command == "release") return release();
    if (command == "drain") return drain();
    if (command == "close") return close();
    if (command == "rm") return answer(qads_remove(kName, directory_, QADS_REMOVE_UNREAD));
    if (command == "gc") return answer(qads_collect(directory_, QADS_COLLECT_UNREAD, pass_over, nullptr));
    return "what?";
  }

  std::string close() {
    qads_writer_free(writer_);
    qads_reader_free(reader_);
    qads_arena_free(arena_);
    writer_ = nullptr;
    reader_ = nullptr;
    arena_ = nullptr;
    return "ok";
  }

 private:
  static int pass_over(void*, const qads_found*) { return 0; }

  static std::uint64_t number(std::istringstream& words) {
    std::uint64_t value = 0;
    words >> value;
    return value;
  }

  static std::string answer(qads_status status) {
    if (status == QADS_OK) return "ok";
    return "error " + std::to_string(status) + " " + qads_last_error();
  }

  // create block|drop STREAM [evict MS] [keep]
  std::string create(std::istringstream& words) {
    std::string policy;
    words >> policy >> stream_;
    qads_arena_options options;
    qads_arena_options_init(&options);
    options.directory = directory_;
    options.slots = kSlots;
    options.capacity = kCapacity;
    options.overflow = policy == "drop" ? QADS_OVERFLOW_DROP_OLDEST : QADS_OVERFLOW_BLOCK;
    for (std::string option; words >> option;) {
      if (option == "keep") options.lifetime = QADS_LIFETIME_KEEP;
      if (option == "evict") options.evict_after_ms = static_cast<std::int64_t>(number(words));
      if (option == "capacity") options.capacity = static_cast<std::int64_t>(number(words));
      if (option == "populate") options.flags = QADS_ARENA_POPULATE;
    }
    if (const qads_status status = qads_create_arena(kName, &options, &arena_); status != QADS_OK) {
      return answer(status);
    }
    qads_writer_options waiting;
    qads_writer_options_init(&waiting);
    waiting.wait = QADS_WAIT_SLEEP;
    return answer(qads_create_writer(arena_, nullptr, &waiting, &writer_));
  }

  // write COUNT [TIMEOUT]; says after each batch how many there are.
  std::string write(std::istringstream& words) {
    const std::uint64_t end = written_ + number(words);
    std::int64_t timeout = kPatience;
    words >> timeout;
    while (written_ < end) {
      batch_.fill(stream_ * kPerStream + written_);
      const qads_status status = qads_writer_write(writer_, &batch_.array(), &batch_.schema(), 0, timeout);
      if (status != QADS_OK) return answer(status);
      ++written_;
      std::cout << "wrote " << written_ << std::endl;
    }
    return "ok";
  }

  std::string attach() {
    qads_attach_options options;
    qads_attach_options_init(&options);
    options.directory = directory_;
    if (const qads_status status = qads_attach_arena(kName, &options, &arena_); status != QADS_OK) {
      return answer(status);
    }
    qads_reader_options reading;
    qads_reader_options_init(&reading);
    reading.wait = QADS_WAIT_SLEEP;
    reading.loss = QADS_LOSS_COUNT;
    return answer(qads_attach_reader(arena_, &reading, &reader_));
  }

  // Takes one and checks it: its number is its place, in the stream that the reader came for, and what lies between is lost.
  qads_status take_one(bool hold) {
    ArrowArray array{};
    qads_batch_info info{};
    const qads_status status = qads_reader_next(reader_, kPatience, &array, &info);
    if (status != QADS_OK) return status;
    const std::int64_t cell = static_cast<const std::int64_t*>(array.children[0]->buffers[1])[0];
    if (taken_ == 0) stream_ = static_cast<std::uint64_t>(cell) / 1'000'003 / kPerStream;
    check(array, info.sequence);
    if (taken_ != 0 && info.sequence != next_ + info.lost_before) {
      fail("batch " + std::to_string(info.sequence) + " after " + std::to_string(next_) + ", lost " +
           std::to_string(info.lost_before));
    }
    lost_ += info.lost_before;
    next_ = info.sequence + 1;
    ++taken_;
    if (hold) {
      held_.push_back({array, info.sequence});
    } else {
      array.release(&array);
    }
    return status;
  }

  void check(const ArrowArray& array, std::uint64_t sequence) const {
    const std::string difference = batch_.difference(array, stream_ * kPerStream + sequence);
    if (!difference.empty()) fail("batch " + std::to_string(sequence) + ": " + difference);
  }

  [[noreturn]] static void fail(const std::string& what) {
    std::cout << "wrong " << what << std::endl;
    std::_Exit(3);
  }

  // Its position and losses by the reader's own account: what was lost last is in no batch's lost_before.
  std::string state(qads_status status) const {
    qads_reader_stats stats{};
    stats.struct_size = sizeof(stats);
    if (qads_reader_get_stats(reader_, &stats) != QADS_OK || stats.lost < lost_ || stats.batches != taken_) {
      fail(qads_last_error());
    }
    std::ostringstream out;
    out << (status == QADS_OK ? "ok" : "end " + std::to_string(status)) << " next=" << stats.position
        << " taken=" << taken_ << " lost=" << stats.lost << " stream=" << stream_;
    return out.str();
  }

  std::string take(std::uint64_t count, bool hold) {
    qads_status status = QADS_OK;
    for (std::uint64_t i = 0; i < count && status == QADS_OK; ++i) status = take_one(hold);
    return state(status);
  }

  std::string until(std::uint64_t end) {
    qads_status status = QADS_OK;
    while (next_ < end && status == QADS_OK) status = take_one(false);
    return state(status);
  }

  std::string drain() {
    qads_status status = QADS_OK;
    while (status == QADS_OK) status = take_one(false);
    return state(status);
  }

  std::string release() {
    for (Held& held : held_) {
      check(held.array, held.sequence);
      held.array.release(&held.array);
    }
    held_.clear();
    return "ok";
  }

  struct Held {
    ArrowArray array;
    std::uint64_t sequence;
  };

  const char* directory_;
  qads_test::IntBatch batch_{kRows, kColumns};
  qads_arena* arena_ = nullptr;
  qads_writer* writer_ = nullptr;
  qads_reader* reader_ = nullptr;
  std::uint64_t stream_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t lost_ = 0;
  std::vector<Held> held_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies takes its agents along
  Agent agent(argv[1]);
  for (std::string line; std::getline(std::cin, line);) std::cout << agent.obey(line) << std::endl;
  agent.close();
  return 0;
}
