// SPDX-License-Identifier: Apache-2.0
// Built several times: as it stands it must compile; with one of the macros below it must not.
#include "base/byte_reader.h"
#include "base/result.h"
#include "base/view.h"

namespace sigla {

Result<bool> answer();
Status act();

struct Padded {
  std::uint8_t a;
  std::uint32_t b;
};

Status use(Bytes bytes) {
  SIGLA_TRY_ASSIGN(const bool yes, answer());
  if (yes) return {};
#ifdef IGNORES_A_STATUS
  act();
#endif
#ifdef IGNORES_A_RESULT
  answer();
#endif
#ifdef TESTS_A_RESULT_OF_BOOL
  if (answer()) return {};
#endif
#ifdef VIEWS_A_TYPE_WITH_PADDING
  SIGLA_TRY(view_as<Padded>(bytes, "x"));
#endif
#ifdef COPIES_AN_ERROR
  const Error one = malformed("x");
  const Error two = one;
#endif
  SIGLA_TRY(view_as<std::uint32_t>(bytes, "x"));
  return act();
}

}  // namespace sigla
