// SPDX-License-Identifier: Apache-2.0
// Waiting for an answer that somebody else makes (http::Later), in a coroutine of an io thread and
// without a thread of its own.
#pragma once

#include "http/response.h"
#include "http/task.h"

namespace sigla::http {

// The answer, once it is there or its time is over. Runs on the io thread of `context`.
Task<Response> wait_for(std::shared_ptr<const Later> later, boost::asio::io_context& context);

}  // namespace sigla::http
