// Many real processes want one name: whoever believes to be its writer is the only one, and nobody's file is replaced or
// removed under a live writer.
#include <cstring>
#include <random>

#include "os/futex.hpp"
#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

class Race : public test::SegmentTest {};

TEST_F(Race, OfEightCreatorsExactlyOneWins) {
  for (int round = 0; round < 30; ++round) {
    const std::string name = "race" + std::to_string(round);
    if (round % 2 == 1) leave_behind(name, 1);  // creation and takeover in turn
    const test::Step ready;
    const test::Step go;
    const test::Step finish;
    const test::Step decided;
    std::vector<test::ChildProcess> creators;
    for (int i = 0; i < 8; ++i)
      creators.emplace_back([&] {
        ready.signal();
        go.wait();
        std::shared_ptr<Segment> mine;
        int status = 2;
        try {
          mine = create(name);
          status = 1;
        } catch (const Error& error) {
          if (error.code() == Code::kExists) status = 0;
        }
        decided.signal();
        finish.wait();  // the winner stays alive until all have tried
        return status;
      });
    for (int i = 0; i < 8; ++i) ready.wait();
    for (int i = 0; i < 8; ++i) go.signal();
    for (int i = 0; i < 8; ++i) decided.wait();
    for (int i = 0; i < 8; ++i) finish.signal();
    int winners = 0;
    for (auto& creator : creators) {
      const int status = creator.join();
      ASSERT_LE(status, 1);
      winners += status;
    }
    ASSERT_EQ(winners, 1) << "round " << round;
  }
  EXPECT_EQ(files(), 30u);
}

// Creators that live for a moment, die or remove their name, and removers: while a creator lives, the name is its file.
TEST_F(Race, AmongCreatorsAndRemoversNoLiveWriterLosesItsName) {
  const std::int64_t until = os::monotonic_ns() + 1'500'000'000;
  std::vector<test::ChildProcess> all;
  for (unsigned seed = 0; seed < 4; ++seed)
    all.emplace_back([&, seed] {
      std::mt19937 random(seed);
      int made = 0;
      while (os::monotonic_ns() < until) {
        try {
          const auto mine = create();
          ++made;
          for (unsigned look = 0; look < random() % 20; ++look)
            if (inode() != mine->header().inode) return 3;
          if (random() % 3 == 0) mine->remove_name();
        } catch (const Error& error) {
          if (error.code() != Code::kExists) return 4;
        }
      }
      return made > 0 ? 0 : 5;
    });
  for (int i = 0; i < 2; ++i)
    all.emplace_back([&, i] {
      while (os::monotonic_ns() < until) {
        try {
          if (i == 0)
            remove("x", directory_.path(), true);
          else
            attach()->remove_name_if_last();
        } catch (const Error& error) {
          if (error.code() != Code::kExists && error.code() != Code::kNotFound) return 6;
        }
      }
      return 0;
    });
  for (auto& one : all) EXPECT_EQ(one.join(), 0);
  EXPECT_LE(files(), 1u) << "and no temporary file is left";
}

// Creators killed at any instant: the name can always be had again, and every segment that is found is complete.
TEST_F(Race, AgainstKillsLeavesOnlyCompleteSegments) {
  std::mt19937 random(7);
  for (int round = 0; round < 150; ++round) {
    test::ChildProcess creator([&] {
      for (;;) create();
      return 0;
    });
    ::usleep(static_cast<useconds_t>(random() % 3000));
    try {
      const auto reader = attach();
      ASSERT_EQ(reader->sync().end.load(), layout::kOpen);
      ASSERT_EQ(reader->slots().back().sequence.load(), layout::kInvalid);
    } catch (const Error& error) {
      ASSERT_EQ(static_cast<int>(error.code()), static_cast<int>(Code::kNotFound)) << error.message();
    }
    creator.kill();
  }
  const auto mine = create();
  EXPECT_EQ(files(), 1u);
}

TEST_F(Race, ForksByAWriterDoNotKeepItsNameAfterItsDeath) {
  const test::Step made;
  const test::Step finish;
  test::ChildProcess writer([&] {
    const auto own = create();
    own->reserve_data(0, 1);
    const pid_t child = ::fork();
    if (child == 0) {
      finish.wait();
      ::_exit(0);
    }
    made.signal();
    ::pause();
    return 0;
  });
  made.wait();
  const auto reader = attach();
  EXPECT_TRUE(reader->writer_alive());
  writer.kill();
  EXPECT_TRUE(test::soon([&] { return !reader->writer_alive(); }));
  EXPECT_NO_THROW(create());
  finish.signal();
}

TEST_F(Race, AForkedChildCannotUseItsParentsSegmentAndEndsNothingOfIt) {
  auto writer = create();
  auto reader = attach();
  auto lock = reader->open_lock();
  ASSERT_TRUE(lock->try_lock(layout::reader_lock_byte(0)));
  test::ChildProcess child([&] {
    try {
      reader->writer_alive();
      return 1;
    } catch (const Error& error) {
      if (error.code() != Code::kForked) return 2;
    }
    writer->release_writer();
    lock.reset();
    reader.reset();
    writer.reset();
    return 0;
  });
  EXPECT_EQ(child.join(), 0);
  const auto asking = attach()->open_lock();
  EXPECT_TRUE(asking->is_locked(layout::kWriterLockByte));
  EXPECT_TRUE(asking->is_locked(layout::reader_lock_byte(0)));
}

}  // namespace
}  // namespace qads::segment
