/** Small programs to begin with. */
package io.qadataswap.examples;
