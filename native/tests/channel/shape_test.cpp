// Batches of one shape, one after the other, take a short way through the writer. What comes in between mustn't mislead it.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

// The flat form of a batch, with `extra` buffers too many.
struct Flat {
  std::vector<qads_node> nodes;
  std::vector<qads_buffer> buffers;
  qads_flat_batch batch{};

  explicit Flat(IntBatch& of, int extra = 0) {
    const std::int64_t rows = of.array().length;
    nodes.push_back({rows, 0, 1});
    buffers.push_back({nullptr, 0});
    for (std::int64_t c = 0; c < of.array().n_children; ++c) {
      nodes.push_back({rows, 0, 2});
      buffers.push_back({nullptr, 0});
      buffers.push_back({of.array().children[c]->buffers[1], rows * 8});
    }
    buffers.insert(buffers.end(), static_cast<std::size_t>(extra), {nullptr, 0});
    batch = {static_cast<std::int64_t>(nodes.size()), static_cast<std::int64_t>(buffers.size()), nodes.data(),
             buffers.data(), nullptr};
  }
};

class Shape : public testing::Test {
 protected:
  Shape() : out(directory, "s", arena_options(16, 4 << 20)), in(directory, "s"), batch(100) {}

  void write_and_read(std::uint64_t number) {
    ASSERT_EQ(out.write(batch, number), QADS_OK) << qads_last_error();
    ASSERT_EQ(in.next(got), QADS_OK) << qads_last_error();
    EXPECT_EQ(batch.difference(got.array, number), "");
  }

  Directory directory;
  Outlet out;
  Inlet in;
  IntBatch batch;
  Got got;
};

TEST_F(Shape, SurvivesABatchThatWasRefusedInBetween) {
  write_and_read(0);
  IntBatch other(50);
  other.array().null_count = 1;  // and no validity
  EXPECT_EQ(out.write(other, 1), QADS_ERR_INVALID);
  for (std::uint64_t n = 1; n < 4; ++n) write_and_read(n);
}

TEST_F(Shape, IsNotLearntFromAFlatBatchThatWasRefused) {
  expect_ok(qads_writer_set_schema(out.writer, &batch.schema()));
  batch.fill(7);
  const Flat bad(batch, 1);
  EXPECT_EQ(qads_writer_write_flat(out.writer, &bad.batch, 0, 0), QADS_ERR_INVALID);
  const Flat good(batch);
  ASSERT_EQ(qads_writer_write_flat(out.writer, &good.batch, 0, 0), QADS_OK) << qads_last_error();
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(batch.difference(got.array, 7), "");
}

TEST_F(Shape, SurvivesABatchWhoseRowsAreNullThemselves) {
  write_and_read(0);
  std::array<std::uint8_t, 13> bits{};
  bits.fill(0xff);
  bits[2] = 0;  // rows 16 to 23
  const void* validity = bits.data();
  const void** const before = batch.array().buffers;
  batch.array().buffers = &validity;
  for (const std::int64_t nulls : {8, -1}) {
    batch.array().null_count = nulls;
    EXPECT_EQ(out.write(batch, 1), QADS_ERR_INVALID);
    EXPECT_STREQ(
        qads_last_error(),
        "segment 's': the batch: 8 of its 100 rows are null themselves, which no record batch's can be: fill them, "
        "or write the struct as a column");
  }
  bits.fill(0xff);
  write_and_read(2);
  EXPECT_EQ(got.array.null_count, 0);
  batch.array().buffers = before;
  batch.array().null_count = 0;
  write_and_read(3);
}

TEST_F(Shape, ChangesWithNullsOfALaterColumnOfAFlatBatch) {
  expect_ok(qads_writer_set_schema(out.writer, &batch.schema()));
  batch.fill(7);
  Flat flat(batch);
  ASSERT_EQ(qads_writer_write_flat(out.writer, &flat.batch, 0, 0), QADS_OK) << qads_last_error();
  const std::array<std::uint8_t, 13> none{};
  flat.nodes[5].null_count = 100;
  flat.buffers[9] = {none.data(), 13};  // validity of column 4
  ASSERT_EQ(qads_writer_write_flat(out.writer, &flat.batch, 0, 0), QADS_OK) << qads_last_error();
  for (const std::int64_t nulls : {0, 100}) {
    ASSERT_EQ(in.next(got), QADS_OK);
    EXPECT_EQ(got.array.children[4]->null_count, nulls);
    EXPECT_EQ(batch.difference(got.array, 7), "");
  }
}

TEST_F(Shape, ChangesWithTheNumberOfRowsAndBack) {
  for (std::uint64_t n = 0; n < 40; ++n) {
    const auto rows = static_cast<std::int64_t>(n % 3 == 0 ? 100 : 1 + n);
    IntBatch each(rows);
    ASSERT_EQ(out.write(each, n), QADS_OK) << qads_last_error();
    ASSERT_EQ(in.next(got), QADS_OK) << qads_last_error();
    ASSERT_EQ(each.difference(got.array, n), "");
  }
}

}  // namespace
