// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "ledger.h"

namespace shop {

[[gnu::noinline]] int close_day(int page_count) {
  static const Account kPage[] = {{"ada", 300}, {"grace", 250}, {nullptr, 125}};
  int sum = 0;
  for (int page = 0; page < page_count; ++page) sum += total_of_page(kPage, 3);
  return sum;
}

}  // namespace shop

int main(int argc, char**) {
  std::printf("closing the day\n");
  std::fflush(stdout);
  return shop::close_day(argc) == 0 ? 0 : 1;
}
