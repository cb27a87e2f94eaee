// SPDX-License-Identifier: Apache-2.0
// Brings a database to the schema this program was written for.
#pragma once

#include "store/sqlite/connection.h"

namespace sigla::sqlite {

// Runs the migrations that are missing, each in a transaction of its own. kUnavailable when the
// database was written by a newer program: it is left alone.
Status migrate(Connection& connection);

}  // namespace sigla::sqlite
