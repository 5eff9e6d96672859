// One copy of a batch into a warm segment, beside the same bytes copied into warm shared memory, plainly and by stores that go
// around the cache; and what reading it costs, which must not depend on its size. Two pinned processes: the reader lets go of
// each batch at once, so that the writer finds the same memory again.
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "table.hpp"

namespace {

constexpr int kRuns = 7;

struct Result {
  std::vector<double> plain_us;
  std::vector<double> streamed_us;
  std::vector<double> write_us;
  std::vector<double> read_us;

  double best_copy() const { return std::min(bench::spread(plain_us).median, bench::spread(streamed_us).median); }
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

// bytes: a multiple of 64, both addresses too.
[[gnu::target("avx2")]] void stream(void* to, const void* from, std::size_t bytes) {
  auto* out = static_cast<__m256i*>(to);
  const auto* in = static_cast<const __m256i*>(from);
  for (std::size_t i = 0; i < bytes / sizeof(__m256i); i += 2) {
    const __m256i first = _mm256_loadu_si256(in + i);
    const __m256i second = _mm256_loadu_si256(in + i + 1);
    _mm256_stream_si256(out + i, first);
    _mm256_stream_si256(out + i + 1, second);
  }
  _mm_sfence();
}

template <typename Call>
double timed_us(Call call) {
  const double start = bench::now_us();
  call();
  return bench::now_us() - start;
}

Result measure(std::size_t bytes) {
  bench::Batch batch(static_cast<std::int64_t>(bytes / sizeof(std::int64_t) / bench::kColumns));
  const std::string name = bench::unique_name("copy");
  auto& times = bench::shared<ReadTimes>();
  const pid_t reader = bench::start(1, [&] { read_all(name, times); });
  const bool streams = __builtin_cpu_supports("avx2") != 0;
  Result result;
  {
    const bench::Outlet out(name, static_cast<std::int64_t>(bytes + (16 << 20)), batch);
    bench::check(qads_writer_wait_readers(out.writer, 1, 30'000), "wait for the reader");
    void* warm = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (warm == MAP_FAILED) std::abort();
    const void* values = batch.values().data();
    for (int run = 0; run <= kRuns; ++run) {  // the first one warms all up
      const double plain = timed_us([&] { std::memcpy(warm, values, batch.bytes()); });
      const double streamed = streams ? timed_us([&] { stream(warm, values, batch.bytes() / 64 * 64); }) : plain;
      const double write =
          timed_us([&] { bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write"); });
      bench::check(qads_writer_wait_drained(out.writer, -1), "drain");
      if (run == 0) continue;
      result.plain_us.push_back(plain);
      result.streamed_us.push_back(streamed);
      result.write_us.push_back(write);
    }
    munmap(warm, bytes);
  }
  bench::join(reader);
  (void)qads_remove(name.c_str(), nullptr, QADS_REMOVE_UNREAD);
  result.read_us.assign(times.us + 1, times.us + 1 + kRuns);
  return result;
}

void add(const std::string& size, std::size_t bytes, bench::Table& table) {
  const Result result = measure(bytes);
  table.add(size + ": memcpy", result.plain_us);
  table.add(size + ": non-temporal copy", result.streamed_us);
  table.add(size + ": qads_writer_write", result.write_us, bench::spread(result.write_us).median / result.best_copy(),
            "≤ 1.05 x the better copy");
  table.add(size + ": qads_reader_next", result.read_us);
}

}  // namespace

int main(int argc, char** argv) {
  bench::pin(0);
  bench::Table table("One copy of 10 columns of int64 into a warm segment", "us");
  add("1 MB", std::size_t{1} << 20, table);
  add("64 MB", std::size_t{64} << 20, table);
  add("1 GB", std::size_t{1} << 30, table);
  return table.finish(argc, argv);
}
