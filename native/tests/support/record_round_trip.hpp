// A record batch of libarrow through the core's flat records and back, without a segment.
#pragma once

#include <arrow/api.h>
#include <arrow/c/bridge.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/flatten.hpp"
#include "arrow/rebuild.hpp"
#include "arrow/schema.hpp"

namespace qads_test {

// Owners of C Data structs.
struct CArray : ArrowArray {
  CArray() : ArrowArray{} {}
  explicit CArray(const arrow::RecordBatch& batch);
  explicit CArray(const arrow::Array& array);
  ~CArray();
  CArray(const CArray&) = delete;
  CArray& operator=(const CArray&) = delete;
};

struct CSchema : ArrowSchema {
  CSchema() : ArrowSchema{} {}
  explicit CSchema(const arrow::Schema& schema);
  ~CSchema();
  CSchema(const CSchema&) = delete;
  CSchema& operator=(const CSchema&) = delete;
};

std::shared_ptr<const qads::arrow::Schema> core_schema(const arrow::Schema& schema);

// 64-byte aligned memory full of 0xA5.
class Memory {
 public:
  explicit Memory(std::uint64_t size);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::byte* data() const { return data_; }
  std::uint64_t size() const { return size_; }

 private:
  std::byte* data_;
  std::uint64_t size_;
};

// A record in memory of its own, at an offset that isn't 0.
struct Record {
  std::unique_ptr<Memory> memory;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  qads::arrow::DataSection section() const { return {memory->data(), memory->size()}; }
  bool same_bytes(const Record& other) const;
};

template <typename Batch>
Record flatten(qads::arrow::Flattener& flattener, const Batch& batch, std::int64_t row, std::int64_t rows) {
  flattener.plan(batch, row, rows);
  Record record;
  record.offset = 192;
  record.length = flattener.record_bytes();
  record.memory = std::make_unique<Memory>(record.offset + record.length);
  flattener.write(record.memory->data() + record.offset, record.offset);
  return record;
}

// The tables of a record, and a batch that lies in it.
struct Tables {
  std::vector<qads_node> nodes;
  std::vector<qads_buffer> buffers;
  qads_flat_batch flat() const;
};
Tables read(const qads::arrow::Schema& schema, const Record& record);

// Counts its releases.
struct CountingOwner {
  int releases = 0;
  qads::arrow::Owner owner() {
    return {.release = [](void* context) noexcept { ++static_cast<CountingOwner*>(context)->releases; },
            .context = this};
  }
};

// "" if the tables describe a batch in normal form: 64-byte aligned buffers with zeros behind them, bits past the last row
// included, offsets from 0, no bitmap without nulls. Else what isn't.
std::string not_normal(const qads::arrow::Schema& schema, const Tables& tables);

}  // namespace qads_test
