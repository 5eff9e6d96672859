// One copy of a large batch into a warm segment, beside a plain memcpy of the same bytes into warm shared memory; and what
// reading it costs, which must not depend on its size. Two pinned processes: the reader lets go of each batch at once, so
// that the writer finds the same memory again.
#include <cstring>
#include <memory>

#include "support.hpp"

namespace {

constexpr int kRuns = 7;

struct Result {
  std::vector<double> plain_ms;
  std::vector<double> write_ms;
  std::vector<double> read_us;
};

struct ReadTimes {
  double us[kRuns + 1];
};

void read_all(const std::string& name, ReadTimes& times) {
  const bench::Inlet in(name);
  for (double& time : times.us) {
    bench::check(qads_reader_wait(in.reader, -1), "wait");
    ArrowArray array;
    const double start = bench::now_us();
    bench::check(qads_reader_next(in.reader, -1, &array, nullptr), "next");
    time = bench::now_us() - start;
    array.release(&array);
  }
}

Result measure(std::size_t bytes) {
  bench::Batch batch(static_cast<std::int64_t>(bytes / sizeof(std::int64_t) / bench::kColumns));
  const std::string name = bench::unique_name("copy");
  auto& times = bench::shared<ReadTimes>();
  const pid_t reader = bench::start(1, [&] { read_all(name, times); });
  Result result;
  {
    const bench::Outlet out(name, static_cast<std::int64_t>(bytes + (16 << 20)), batch);
    bench::check(qads_writer_wait_readers(out.writer, 1, 30'000), "wait for the reader");
    void* warm = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (warm == MAP_FAILED) std::abort();
    for (int run = 0; run <= kRuns; ++run) {  // the first one warms both up
      const double start = bench::now_us();
      std::memcpy(warm, batch.values().data(), batch.bytes());
      const double copied = bench::now_us();
      bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write");
      const double written = bench::now_us();
      bench::check(qads_writer_wait_drained(out.writer, -1), "drain");
      if (run == 0) continue;
      result.plain_ms.push_back((copied - start) / 1000);
      result.write_ms.push_back((written - copied) / 1000);
    }
    munmap(warm, bytes);
  }
  bench::join(reader);
  (void)qads_remove(name.c_str(), nullptr, QADS_REMOVE_UNREAD);
  result.read_us.assign(times.us + 1, times.us + 1 + kRuns);
  return result;
}

void print(const char* size, std::size_t bytes) {
  const Result result = measure(bytes);
  const bench::Spread plain = bench::spread(result.plain_ms);
  const bench::Spread write = bench::spread(result.write_ms);
  const bench::Spread read = bench::spread(result.read_us);
  std::printf("| %5s | %8.3f (%.3f .. %.3f) | %8.3f (%.3f .. %.3f) | %5.2f | %6.2f (%.2f .. %.2f) |\n", size,
              plain.median, plain.low, plain.high, write.median, write.low, write.high, write.median / plain.median,
              read.median, read.low, read.high);
}

}  // namespace

int main() {
  bench::pin(0);
  std::printf("Median (lowest .. highest) of %d runs, 10 columns of int64\n\n", kRuns);
  std::printf(
      "| size | plain memcpy, ms | qads_writer_write, ms | ratio | qads_reader_next, us "
      "|\n|---|---:|---:|---:|---:|\n");
  print("1 MB", std::size_t{1} << 20);
  print("64 MB", std::size_t{64} << 20);
  print("1 GB", std::size_t{1} << 30);
  return 0;
}
