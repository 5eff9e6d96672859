// Provokes one fault through the public C++ interface and says how it shows; tests/integration/test_faults.py compares the languages.
// usage: faults STEP NAME; prints KIND|STATUS|MESSAGE, or exits with 4 if nothing went wrong. All languages have these steps.
#include <arrow/api.h>
#include <qadataswap/arrow.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;
using qadataswap::Reader;
using qadataswap::ReaderOptions;
using qadataswap::Writer;
using qadataswap::WriterOptions;
using Batch = std::shared_ptr<arrow::RecordBatch>;

constexpr int kUsage = 2;
constexpr int kNoFault = 4;

const auto kSchema = arrow::schema({arrow::field("number", arrow::int64())});

Batch Numbers(int64_t rows = 3) {
  arrow::Int64Builder numbers;
  for (int64_t row = 0; row < rows; ++row) (void)numbers.Append(row);
  return arrow::RecordBatch::Make(kSchema, rows, {numbers.Finish().ValueOrDie()});
}

Batch Text(int64_t size) {
  arrow::StringBuilder text;
  (void)text.Append(std::string(static_cast<size_t>(size), 'x'));
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("text", arrow::utf8())}), 1,
                                  {text.Finish().ValueOrDie()});
}

arrow::Status WriteTimes(Writer& writer, int times, int64_t rows = 3) {
  for (int time = 0; time < times; ++time) ARROW_RETURN_NOT_OK(writer.Write(*Numbers(rows)));
  return arrow::Status::OK();
}

arrow::Status ReadAll(const ReaderOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const auto reader, Reader::Open(options));
  return reader->ToTable().status();
}

arrow::Status CreateOf(const std::string& name, int64_t capacity) {
  return Writer::Create({.name = name, .capacity = capacity}).status();
}

arrow::Status WrongName(const std::string& name) { return Writer::Create({.name = "../" + name}).status(); }
arrow::Status NegativeCapacity(const std::string& name) { return CreateOf(name, -1); }
arrow::Status ZeroCapacity(const std::string& name) { return CreateOf(name, 0); }
arrow::Status AbsurdCapacity(const std::string& name) { return CreateOf(name, int64_t{1} << 60); }

arrow::Status NoSpace(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name, .timeout = 50ms}));
  return WriteTimes(*writer, 1, 1 << 19);
}

arrow::Status TwoWriters(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto first, Writer::Create({.name = name}));
  return Writer::Create({.name = name}).status();
}

arrow::Status LargeRow(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name, .capacity = 4096}));
  return writer->Write(*Text(100'000));
}

arrow::Status OtherSchema(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name}));
  ARROW_RETURN_NOT_OK(WriteTimes(*writer, 1));
  return writer->Write(*Text(1));
}

arrow::Status FinishedWriter(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name}));
  ARROW_RETURN_NOT_OK(writer->Finish());
  return WriteTimes(*writer, 1);
}

arrow::Status ClosedWriter(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name}));
  ARROW_RETURN_NOT_OK(writer->Close());
  return WriteTimes(*writer, 1);
}

arrow::Status ClosedReader(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name}, kSchema));
  ARROW_ASSIGN_OR_RAISE(const auto reader, Reader::Open({.name = name}));
  ARROW_RETURN_NOT_OK(reader->Close());
  return reader->Next().status();
}

arrow::Status ReadTimeout(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name}, kSchema));
  return ReadAll({.name = name, .timeout = 50ms});
}

arrow::Status WriteTimeout(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name, .slots = 2, .timeout = 50ms}));
  return WriteTimes(*writer, 3);
}

arrow::Status Unfinished(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name}));
  ARROW_RETURN_NOT_OK(WriteTimes(*writer, 2));
  ARROW_RETURN_NOT_OK(writer->Close());
  return ReadAll({.name = name});
}

arrow::Status Overrun(const std::string& name) {
  const WriterOptions options{.name = name, .slots = 2, .overflow = qadataswap::Overflow::kDropOldest};
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create(options, kSchema));
  ARROW_ASSIGN_OR_RAISE(const auto reader, Reader::Open({.name = name}));
  ARROW_RETURN_NOT_OK(WriteTimes(*writer, 5));
  return reader->Next().status();
}

// The write that evicts the only reader goes on waiting: for the next reader.
arrow::Status Evicted(const std::string& name) {
  const WriterOptions options{.name = name, .slots = 2, .evict_after = 20ms, .timeout = 1500ms};
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create(options, kSchema));
  ARROW_ASSIGN_OR_RAISE(const auto reader, Reader::Open({.name = name}));
  (void)WriteTimes(*writer, 3);
  return reader->Next().status();
}

arrow::Status TooManyReaders(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, Writer::Create({.name = name, .reader_capacity = 1}, kSchema));
  ARROW_ASSIGN_OR_RAISE(const auto first, Reader::Open({.name = name}));
  return Reader::Open({.name = name}).status();
}

// libarrow carries every type of Arrow's, so this one isn't: only the C interface can be asked for it.
arrow::Status UnsupportedType(const std::string& name) {
  const auto keep = [](ArrowSchema* schema) { schema->release = nullptr; };
  ArrowSchema column{};
  column.format = "?";
  column.name = "what";
  column.release = keep;
  std::array<ArrowSchema*, 1> columns{&column};
  ArrowSchema schema{};
  schema.format = "+s";
  schema.n_children = 1;
  schema.children = columns.data();
  schema.release = keep;
  qads_arena* arena = nullptr;
  ARROW_RETURN_NOT_OK(qadataswap::ToStatus(qads_create_arena(name.c_str(), nullptr, &arena)));
  qads_writer* writer = nullptr;
  const arrow::Status status = qadataswap::ToStatus(qads_create_writer(arena, &schema, nullptr, &writer));
  qads_writer_free(writer);
  qads_arena_free(arena);
  return status;
}

arrow::Status Read(const std::string& name) { return ReadAll({.name = name, .attach_timeout = 50ms}); }

using Step = arrow::Status (*)(const std::string& name);
constexpr std::array<std::pair<std::string_view, Step>, 19> kSteps{{
    {"wrong_name", WrongName},
    {"negative_capacity", NegativeCapacity},
    {"zero_capacity", ZeroCapacity},
    {"absurd_capacity", AbsurdCapacity},
    {"no_space", NoSpace},
    {"two_writers", TwoWriters},
    {"large_row", LargeRow},
    {"other_schema", OtherSchema},
    {"finished_writer", FinishedWriter},
    {"closed_writer", ClosedWriter},
    {"closed_reader", ClosedReader},
    {"read_timeout", ReadTimeout},
    {"write_timeout", WriteTimeout},
    {"unfinished", Unfinished},
    {"overrun", Overrun},
    {"evicted", Evicted},
    {"too_many_readers", TooManyReaders},
    {"unsupported_type", UnsupportedType},
    {"read", Read},
}};

}  // namespace

int main(int count, char** words) {
  if (count != 3) return kUsage;
  for (const auto& [word, step] : kSteps) {
    if (word != words[1]) continue;
    const arrow::Status status = step(words[2]);
    if (status.ok()) return kNoFault;
    std::cout << qads_status_name(qadataswap::ErrorCode(status)) << '|' << status.CodeAsString() << '|'
              << status.message() << '\n';
    return 0;
  }
  return kUsage;
}
