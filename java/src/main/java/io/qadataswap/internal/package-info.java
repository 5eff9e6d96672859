/** Not part of the interface: may change in any version. */
package io.qadataswap.internal;
