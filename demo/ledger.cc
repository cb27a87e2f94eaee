// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

namespace {

inline int owner_initial(const Account& account) {
  return *account.owner;  // the last account has none
}

inline int weight(const Account& account) {
  return account.cents * (owner_initial(account) == 'a' ? 2 : 1);
}

}  // namespace

int total_of_page(const Account* first, int count) {
  return weight(first[0]) + weight(first[count / 2]) + weight(first[count - 1]);
}
