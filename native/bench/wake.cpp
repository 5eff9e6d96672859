// What waiting costs: the writer, where a reader sleeps, naps or spins; the batch, until that reader has it; and the reader's
// processor while nothing comes.
#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "table.hpp"

namespace {

constexpr int kBatches = 200;
constexpr int kPauseMs = 3;            // long enough for an adaptive reader to have gone to sleep
constexpr std::int64_t kIdleMs = 500;  // of which the reader's processor time is looked at; half of the writer's rest
constexpr std::int64_t kRows = 13;

struct Times {
  std::atomic<double> arrived_us[kBatches];
  std::atomic<double> idle_percent;
};

double processor_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

void receive(const std::string& name, std::int32_t mode, Times& times) {
  const bench::Inlet in(name, mode);
  qads_flat_batch batch;
  bench::check(qads_reader_next_flat(in.reader, -1, &batch, nullptr), "next");  // the writer has begun, and now rests
  qads_lease_release(batch.lease);
  const double before = processor_us();
  if (qads_reader_wait(in.reader, kIdleMs) != QADS_ERR_TIMEOUT) std::abort();
  times.idle_percent = (processor_us() - before) / (static_cast<double>(kIdleMs) * 1000) * 100;
  for (auto& arrived : times.arrived_us) {
    bench::check(qads_reader_next_flat(in.reader, -1, &batch, nullptr), "next");
    arrived = bench::now_us();
    qads_lease_release(batch.lease);
  }
}

void measure(const char* what, std::int32_t mode, bench::Table& table) {
  const std::string name = bench::unique_name("wake");
  auto& times = bench::shared<Times>();
  const pid_t reader = bench::start(1, [&] { receive(name, mode, times); });
  std::vector<double> writer_ns;
  std::vector<double> delivery_ns;
  {
    bench::Batch batch(kRows);
    const bench::Outlet out(name, 1 << 20, batch);
    bench::check(qads_writer_wait_readers(out.writer, 1, 30'000), "wait for the reader");
    const auto write = [&] { bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write"); };
    write();
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * kIdleMs));
    for (auto& arrived : times.arrived_us) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kPauseMs));
      const double start = bench::now_us();
      write();
      writer_ns.push_back((bench::now_us() - start) * 1000);
      bench::check(qads_writer_wait_drained(out.writer, -1), "drain");
      while (arrived == 0) std::this_thread::yield();
      delivery_ns.push_back((arrived - start) * 1000);
    }
  }
  bench::join(reader);
  (void)qads_remove(name.c_str(), nullptr, QADS_REMOVE_UNREAD);
  table.add(std::string("the write, reader ") + what, writer_ns);
  table.add(std::string("until it has the batch, reader ") + what, delivery_ns);
  char idle[96];
  std::snprintf(idle, sizeof(idle), "(an idle reader %s uses %.1f %% of a core)", what, times.idle_percent.load());
  std::printf("%s\n", idle);
}

}  // namespace

int main(int argc, char** argv) {
  bench::pin(0);
  bench::Table table("A batch after a pause of 3 ms, by what the reader does meanwhile", "ns");
  measure("busy", QADS_WAIT_BUSY, table);
  measure("polling by naps", QADS_WAIT_POLL, table);
  measure("asleep", QADS_WAIT_ADAPTIVE, table);
  return table.finish(argc, argv);
}
