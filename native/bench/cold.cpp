// The first gigabyte through a segment that nobody has used yet, beside what the kernel needs to give that much shared memory
// to anybody; how soon the segment itself is there; and a gigabyte that was built in place.
#include <fcntl.h>

#include <cstring>

#include "table.hpp"

namespace {

constexpr int kRuns = 5;
constexpr std::size_t kBytes = std::size_t{1} << 30;
constexpr std::int64_t kCapacity = static_cast<std::int64_t>(kBytes) + (16 << 20);

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

double populate_ms() {
  void* fresh = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (fresh == MAP_FAILED) std::abort();
  const double start = bench::now_us();
  if (madvise(fresh, kBytes, MADV_POPULATE_WRITE) != 0) std::abort();
  const double elapsed = bench::now_us() - start;
  munmap(fresh, kBytes);
  return elapsed / 1000;
}

struct Cold {
  double create_ms;
  double write_ms;
};

Cold write_cold(bench::Batch& batch) {
  const std::string name = bench::unique_name("cold");
  Cold out{};
  const double start = bench::now_us();
  {
    bench::Outlet outlet(name, kCapacity, batch);
    const double created = bench::now_us();
    bench::check(qads_writer_write(outlet.writer, &batch.array(), nullptr, 0, -1), "write");
    out = {.create_ms = (created - start) / 1000, .write_ms = (bench::now_us() - created) / 1000};
  }
  bench::check(qads_remove(name.c_str(), nullptr, QADS_REMOVE_UNREAD), "remove");
  return out;
}

// Microseconds from the call of write to a batch whose values can be read, when they lie in the segment already.
std::vector<double> in_place_us() {
  const std::string name = bench::unique_name("in-place");
  std::vector<double> out;
  bench::Batch batch(static_cast<std::int64_t>(kBytes / sizeof(std::int64_t) / bench::kColumns));
  {
    bench::Outlet outlet(name, kCapacity, batch);
    bench::Inlet inlet(name);
    void* memory = nullptr;
    qads_allocation* allocation = nullptr;
    const auto bytes = static_cast<std::int64_t>(batch.bytes() + bench::kColumns * 64);
    bench::check(qads_arena_allocate(outlet.arena, bytes, -1, &memory, &allocation), "allocate");
    batch.move_to(memory);
    for (int run = 0; run <= 100; ++run) {
      const double start = bench::now_us();
      bench::check(qads_writer_write(outlet.writer, &batch.array(), nullptr, 0, -1), "write");
      qads_flat_batch got;
      bench::check(qads_reader_next_flat(inlet.reader, -1, &got, nullptr), "next");
      if (run > 0) out.push_back(bench::now_us() - start);
      qads_lease_release(got.lease);
    }
    qads_allocation_release(allocation);
  }
  (void)qads_remove(name.c_str(), nullptr, QADS_REMOVE_UNREAD);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  bench::pin(0);
  std::vector<double> populate;
  std::vector<double> create;
  std::vector<double> write;
  {
    bench::Batch batch(static_cast<std::int64_t>(kBytes / sizeof(std::int64_t) / bench::kColumns));
    for (int run = 0; run < kRuns; ++run) {
      populate.push_back(populate_ms());
      const Cold cold = write_cold(batch);
      create.push_back(cold.create_ms);
      write.push_back(cold.write_ms);
    }
  }
  bench::Table table("The first 1 GB through a new segment", "ms");
  const double floor = bench::spread(populate).median;
  table.add("the kernel populates 1 GB of shared memory", populate);
  table.add("the segment is created", create);
  table.add("the first write of 1 GB", write, bench::spread(write).median / floor, "≤ 1.1 x populating");
  const std::vector<double> in_place = in_place_us();
  std::vector<double> in_place_ms(in_place);
  for (double& time : in_place_ms) time /= 1000;
  table.add("1 GB built in place, from write to usable", in_place_ms, bench::spread(in_place).median / 2, "≤ 1 x 2 us");
  return table.finish(argc, argv);
}
