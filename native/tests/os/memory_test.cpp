#include "os/memory.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "os/private_directory.hpp"

namespace qads::os {
namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 60;  // more than any machine has: everything is looked at

// The files that a machine shows, as far as they matter.
class MemoryOfAMachine : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& content) {
    const std::filesystem::path file = root_.path() + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  FreeMemory free(std::uint64_t enough = kPlenty) const { return free_memory(enough, root_.path()); }

  test::PrivateDirectory root_;
};

TEST_F(MemoryOfAMachine, IsWhatTheKernelCallsAvailable) {
  put("/proc/meminfo", "MemTotal:  900 kB\nMemFree: 1 kB\nMemAvailable:     300 kB\nSwapFree: 4 kB\n");
  EXPECT_EQ(free().bytes, (304u - 900 / 16) * 1024 - 256) << "a sixteenth of all is kept";
  EXPECT_NE(free().limit.find("MemAvailable"), std::string::npos);
}

TEST_F(MemoryOfAMachine, LimitsNothingWhereItCannotBeRead) { EXPECT_GE(free().bytes, kPlenty); }

TEST_F(MemoryOfAMachine, OfAControlGroupIsItsLimitWithoutWhatIsUsed) {
  put("/proc/self/cgroup", "0::/service\n");
  put("/sys/fs/cgroup/service/memory.max", "1000000\n");
  put("/sys/fs/cgroup/service/memory.current", "400000\n");
  EXPECT_EQ(free().bytes, 600'000u - 1'000'000 / 16);
  EXPECT_NE(free().limit.find("memory.max of " + root_.path() + "/sys/fs/cgroup/service"), std::string::npos);
  EXPECT_NE(std::string(free().remedy).find("docker run --memory"), std::string::npos);
  put("/sys/fs/cgroup/service/memory.current", "1000001\n");
  EXPECT_EQ(free().bytes, 0u);
}

TEST_F(MemoryOfAMachine, CountsTheCacheThatCanBeDroppedAsFreeWhenItIsNeeded) {
  put("/proc/self/cgroup", "0::/\n");
  put("/proc/meminfo", "MemAvailable: 90000 kB\nSwapFree: 1 kB\n");
  put("/sys/fs/cgroup/memory.max", "1000000\n");
  put("/sys/fs/cgroup/memory.current", "927500\n");
  put("/sys/fs/cgroup/memory.stat",
      "anon 5\nfile 700000\nshmem 200000\nactive_file 100000\ninactive_file 400000\n"
      "slab_reclaimable 3000\n");
  EXPECT_EQ(free(10'000).bytes, 10'000u);
  EXPECT_EQ(free(10'001).bytes, 72'500u + 100'000 + 400'000 + 3000 + 1024 - 1'000'000 / 16);
}

TEST_F(MemoryOfAMachine, IsThatOfTheTightestGroupAbove) {
  put("/proc/self/cgroup", "0::/pod/container/inner\n");
  put("/sys/fs/cgroup/pod/memory.max", "500000\n");
  put("/sys/fs/cgroup/pod/memory.current", "100000\n");
  put("/sys/fs/cgroup/pod/container/memory.max", "max\n");
  put("/sys/fs/cgroup/pod/container/memory.current", "100000\n");
  put("/sys/fs/cgroup/pod/container/inner/memory.max", "900000\n");
  put("/sys/fs/cgroup/pod/container/inner/memory.current", "100000\n");
  EXPECT_EQ(free().bytes, 400'000u - 500'000 / 16);
}

TEST_F(MemoryOfAMachine, KnowsTheFirstVersionOfControlGroups) {
  put("/proc/self/cgroup", "5:cpu,cpuacct:/elsewhere\n4:memory:/docker/1234\n0::/\n");
  put("/sys/fs/cgroup/memory/docker/1234/memory.limit_in_bytes", "700000\n");
  put("/sys/fs/cgroup/memory/docker/1234/memory.usage_in_bytes", "100000\n");
  put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "800000\n");
  EXPECT_EQ(free().bytes, 600'000u - 700'000 / 16);
}

TEST_F(MemoryOfAMachine, IsThatOfTheMountedGroupWhereItsOwnPathIsOutOfSight) {
  put("/proc/self/cgroup", "4:memory:/docker/1234\n");
  put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "700000\n");
  put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "100000\n");
  EXPECT_EQ(free().bytes, 600'000u - 700'000 / 16);
}

TEST_F(MemoryOfAMachine, IsNotKeptForProcessesBeyondMeasure) {
  put("/proc/self/cgroup", "0::/\n");
  put("/sys/fs/cgroup/memory.max", std::to_string(8ULL << 30));
  put("/sys/fs/cgroup/memory.current", "0\n");
  EXPECT_EQ(free(1).bytes, (8ULL << 30) - (32 << 20));
}

TEST(Memory, OfThisMachineIsSomething) { EXPECT_GT(free_memory(kPlenty).bytes, 0u); }

}  // namespace
}  // namespace qads::os
