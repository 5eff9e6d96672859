// QADataSwap through its C interface as a participant of the latency benchmark: latency.hpp.
#include "latency.hpp"

int main(int argc, char** argv) {
  const bench::LatencyArguments arguments = bench::latency_arguments(argc, argv);
  bench::pin(arguments.core);
  bench::Batch batch(static_cast<std::int64_t>(arguments.rows));
  {
    const bench::Outlet out(arguments.outgoing(), 16 << 20, batch);
    const bench::Inlet in(arguments.incoming());
    const auto send = [&](std::int64_t round) {
      batch.values()[arguments.mark()] = round;
      bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write");
    };
    const auto receive = [&] {
      ArrowArray array;
      bench::check(qads_reader_next(in.reader, -1, &array, nullptr), "next");
      const std::int64_t round = static_cast<const std::int64_t*>(array.children[bench::kColumns - 1]->buffers[1])[0];
      array.release(&array);
      return round;
    };
    bench::play(arguments, send, receive);
  }
  (void)qads_remove(arguments.outgoing().c_str(), nullptr, QADS_REMOVE_UNREAD);
  return 0;
}
