/**
 * Participants of the latency benchmark that aren't QADataSwap, on the JVM; the contract is told in
 * tests/performance/latency/participants.py.
 */
package io.qadataswap.rivals;
