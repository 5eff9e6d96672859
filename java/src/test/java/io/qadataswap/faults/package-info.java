/** Each kind of error, provoked: see tests/integration/test_faults.py. */
package io.qadataswap.faults;
