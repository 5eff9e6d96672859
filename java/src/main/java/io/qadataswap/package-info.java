/**
 * Apache Arrow record batches between processes through shared memory.
 *
 * <p>{@link io.qadataswap.QadsWriter} creates a segment and publishes batches in it; {@link
 * io.qadataswap.QadsReader} is an {@link org.apache.arrow.vector.ipc.ArrowReader} whose vectors lie
 * in the segment itself: reading copies nothing and needs no JVM flag.
 *
 * <p>Errors are unchecked: one subclass of {@link io.qadataswap.QadsException} a kind, {@link
 * IllegalArgumentException} for bad arguments, {@link IllegalStateException} for what was closed.
 * Every timeout is a {@link java.time.Duration}: negative waits for ever, zero looks once.
 *
 * <p>What happens to segments goes to SLF4J: see {@link io.qadataswap.QadsEvents}.
 *
 * <p>The system property {@code qadataswap.library.path} names a native library to use instead of
 * the jar's, {@code qadataswap.tmpdir} the folder into which the jar's is unpacked.
 */
package io.qadataswap;
