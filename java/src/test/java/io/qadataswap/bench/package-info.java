/** Programs that measure; the tests only see to it that they run. */
package io.qadataswap.bench;
