// The floors of tests/performance: what memory itself costs. Reads commands, a line each, and answers each with when it
// began and ended (CLOCK_MONOTONIC, ns), so that it can take turns with those who hand tables over.
//
//   floor_copies BYTES
//   plain      memcpy of so many bytes into warm shared memory
//   streamed   the same by non-temporal stores
//   populate   fresh shared memory of so many bytes is backed by the kernel, nothing is copied
#include <immintrin.h>

#include <cstring>
#include <iostream>
#include <string>

#include "latency.hpp"

namespace {

constexpr std::size_t kLine = 64;

std::uint8_t* shared_memory(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) bench::fail("no memory");
  return static_cast<std::uint8_t*>(at);
}

[[gnu::target("avx2")]] void copy_streamed(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += kLine) {
    const auto* source = reinterpret_cast<const __m256i*>(from + at);
    auto* target = reinterpret_cast<__m256i*>(to + at);
    const __m256i first = _mm256_loadu_si256(source);
    const __m256i second = _mm256_loadu_si256(source + 1);
    _mm256_stream_si256(target, first);
    _mm256_stream_si256(target + 1, second);
  }
  _mm_sfence();
}

void populate(std::size_t bytes) {
  std::uint8_t* fresh = shared_memory(bytes);
  const std::uint64_t start = bench::now_ns();
  if (madvise(fresh, bytes, MADV_POPULATE_WRITE) != 0) bench::fail("MADV_POPULATE_WRITE");
  const std::uint64_t end = bench::now_ns();
  munmap(fresh, bytes);
  std::cout << start << ' ' << end << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) bench::fail("usage: floor_copies BYTES");
  const std::size_t bytes = (std::stoul(argv[1]) + kLine - 1) / kLine * kLine;
  std::uint8_t* from = shared_memory(bytes);
  std::uint8_t* to = shared_memory(bytes);
  std::memset(from, 1, bytes);
  std::memset(to, 2, bytes);
  const bool streams = __builtin_cpu_supports("avx2") != 0;
  for (std::string command; std::getline(std::cin, command);) {
    if (command == "populate") {
      populate(bytes);
      continue;
    }
    const std::uint64_t start = bench::now_ns();
    if (command == "plain") {
      std::memcpy(to, from, bytes);
    } else if (command == "streamed" && streams) {
      copy_streamed(to, from, bytes);
    } else {
      bench::fail("can't do " + command);
    }
    const std::uint64_t end = bench::now_ns();
    std::cout << start << ' ' << end << std::endl;
  }
  return 0;
}
