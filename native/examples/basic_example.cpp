// A table through shared memory and back, in one process: the shortest whole use of qadataswap/arrow.h.
#include <arrow/api.h>
#include <qadataswap/arrow.h>
#include <unistd.h>

#include <iostream>
#include <string>

namespace {

arrow::Result<std::shared_ptr<arrow::RecordBatch>> Planets() {
  arrow::StringBuilder names;
  arrow::DoubleBuilder radii;
  ARROW_RETURN_NOT_OK(names.AppendValues({"Mercury", "Venus", "Earth", "Mars"}));
  ARROW_RETURN_NOT_OK(radii.AppendValues({2439.7, 6051.8, 6371.0, 3389.5}));
  ARROW_ASSIGN_OR_RAISE(auto name, names.Finish());
  ARROW_ASSIGN_OR_RAISE(auto radius, radii.Finish());
  const auto schema = arrow::schema({arrow::field("name", arrow::utf8()), arrow::field("radius", arrow::float64())});
  return arrow::RecordBatch::Make(schema, name->length(), {name, radius});
}

arrow::Status Run() {
  const std::string name = "basic_example_" + std::to_string(getpid());
  ARROW_ASSIGN_OR_RAISE(const auto planets, Planets());

  ARROW_ASSIGN_OR_RAISE(auto writer, qadataswap::Writer::Create({.name = name}));
  ARROW_RETURN_NOT_OK(writer->Write(*planets));
  ARROW_RETURN_NOT_OK(writer->Finish());

  // A reader is an arrow::RecordBatchReader; usually it is in another process. The batches lie in shared memory.
  ARROW_ASSIGN_OR_RAISE(auto reader, qadataswap::Reader::Open({.name = name}));
  ARROW_ASSIGN_OR_RAISE(auto table, reader->ToTable());
  std::cout << table->ToString() << '\n';
  if (!table->GetColumnByName("name")->chunk(0)->Equals(planets->column(0))) return arrow::Status::Invalid("changed");
  return reader->Close();
}

}  // namespace

int main() {
  const arrow::Status status = Run();
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
