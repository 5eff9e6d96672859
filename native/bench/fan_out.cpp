// What each further reader costs the writer a batch. One process holds all the readers, which take and let go while nobody looks
// at the clock: only the writes are timed.
#include <memory>

#include "table.hpp"

namespace {

constexpr int kRuns = 15;
constexpr int kRounds = 300;
constexpr int kBurst = 32;          // writes between two looks at the clock
constexpr std::int64_t kRows = 13;  // 10 columns of 13 int64: 1,040 bytes
constexpr double kGoalNs = 10;

void take_all(qads_reader* reader) {
  for (int i = 0; i < kBurst; ++i) {
    qads_flat_batch batch;
    bench::check(qads_reader_next_flat(reader, -1, &batch, nullptr), "next");
    qads_lease_release(batch.lease);
  }
}

// Nanoseconds of one write, with so many readers attached.
double write_ns(int readers) {
  const std::string name = bench::unique_name("fan-out");
  bench::Batch batch(kRows);
  double elapsed_us = 0;
  {
    bench::Outlet out(name, 4 << 20, batch);
    std::vector<std::unique_ptr<bench::Inlet>> inlets(static_cast<std::size_t>(readers));
    for (auto& inlet : inlets) inlet = std::make_unique<bench::Inlet>(name);
    for (int round = 0; round < kRounds; ++round) {
      const double start = bench::now_us();
      for (int i = 0; i < kBurst; ++i) {
        bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write");
      }
      if (round > 0) elapsed_us += bench::now_us() - start;  // the first one makes the ring's pages
      for (const auto& inlet : inlets) take_all(inlet->reader);
    }
  }
  (void)qads_remove(name.c_str(), nullptr, QADS_REMOVE_UNREAD);
  return elapsed_us * 1000 / ((kRounds - 1) * kBurst);
}

}  // namespace

int main(int argc, char** argv) {
  bench::pin(0);
  std::vector<double> one;
  std::vector<double> eight;
  std::vector<double> many;
  std::vector<double> each_of_eight;
  std::vector<double> each_of_many;
  for (int run = 0; run < kRuns; ++run) {  // interleaved, so that a noisy minute hits all of them
    one.push_back(write_ns(1));
    eight.push_back(write_ns(8));
    many.push_back(write_ns(64));
    each_of_eight.push_back((eight.back() - one.back()) / 7);
    each_of_many.push_back((many.back() - one.back()) / 63);
  }
  const auto ratio = [](const std::vector<double>& values) { return bench::spread(values).median / kGoalNs; };
  bench::Table table("A write of 10 columns, 1 KiB, by the number of readers", "ns");
  table.add("1 reader", one);
  table.add("8 readers", eight);
  table.add("64 readers", many);
  table.add("each further reader, up to 8", each_of_eight, ratio(each_of_eight), "≤ 1 x 10 ns");
  table.add("each further reader, up to 64", each_of_many, ratio(each_of_many), "≤ 1 x 10 ns");
  return table.finish(argc, argv);
}
