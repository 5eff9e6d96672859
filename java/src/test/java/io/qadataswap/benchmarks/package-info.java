/** What tests/performance measures, on the public interface only. */
package io.qadataswap.benchmarks;
