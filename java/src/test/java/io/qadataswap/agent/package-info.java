/**
 * The Java agent of the cross-language tests: see tests/agents/README.md. Uses the public interface
 * only.
 */
package io.qadataswap.agent;
