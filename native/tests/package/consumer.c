/* A user's program in C11: includes the installed header, links the installed library, calls it. */
#include <qadataswap/qadataswap.h>
#include <stdio.h>

int main(void) {
  printf("QADataSwap %s\n", qads_version());
  return qads_version()[0] == '\0';
}
