// The floors of tests/performance: what memory itself costs. Reads commands, a line each, and answers each with when it
// began and ended (CLOCK_MONOTONIC, ns), so that it can take turns with those who hand tables over.
//
//   floor_copies BYTES
//   plain, plain-huge         memcpy of so many bytes into warm shared memory of ordinary or, if the kernel has them, huge pages
//   streamed, streamed-huge   the same by non-temporal stores, if the processor has AVX2
//   populate                  fresh shared memory of so many bytes is backed by the kernel, nothing is copied
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstring>
#include <iostream>
#include <string>

#include "latency.hpp"

namespace {

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

constexpr std::size_t kLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t rounded(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

std::uint8_t* shared_memory(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) bench::fail("no memory");
  return static_cast<std::uint8_t*>(at);
}

std::uint8_t* warm_memory(std::size_t bytes) {
  std::uint8_t* memory = shared_memory(bytes);
  std::memset(memory, 2, bytes);
  return memory;
}

std::uint8_t* warm_huge_memory(std::size_t bytes) {
  const std::size_t whole = rounded(bytes, kHugePage);
  std::uint8_t* memory = warm_memory(whole + kHugePage);
  memory += rounded(reinterpret_cast<std::uintptr_t>(memory), kHugePage) - reinterpret_cast<std::uintptr_t>(memory);
  (void)madvise(memory, whole, MADV_COLLAPSE);  // where it fails, this is like the other one
  return memory;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void copy_streamed_avx2(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
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

void copy_streamed(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  if (__builtin_cpu_supports("avx2") != 0) {
    copy_streamed_avx2(to, from, bytes);
  } else {
    std::memcpy(to, from, bytes);
  }
}
#else
void copy_streamed(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
#endif

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
  const std::size_t bytes = rounded(std::stoul(argv[1]), kLine);
  const std::vector<std::uint8_t> from(bytes, 1);
  std::uint8_t* ordinary = warm_memory(bytes);
  std::uint8_t* huge = warm_huge_memory(bytes);
  for (std::string command; std::getline(std::cin, command);) {
    if (command == "populate") {
      populate(bytes);
      continue;
    }
    std::uint8_t* to = command.ends_with("-huge") ? huge : ordinary;
    const std::uint64_t start = bench::now_ns();
    if (command.starts_with("plain")) {
      std::memcpy(to, from.data(), bytes);
    } else if (command.starts_with("streamed")) {
      copy_streamed(to, from.data(), bytes);
    } else {
      bench::fail("can't do " + command);
    }
    const std::uint64_t end = bench::now_ns();
    std::cout << start << ' ' << end << std::endl;
  }
  return 0;
}
