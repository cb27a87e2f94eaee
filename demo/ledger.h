// SPDX-License-Identifier: Apache-2.0
// A shared library with a bug: the last account of a page has no owner.
#pragma once

struct Account {
  const char* owner;
  int cents;
};

int total_of_page(const Account* first, int count);
