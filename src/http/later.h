// SPDX-License-Identifier: Apache-2.0
// Waiting for an answer that somebody else makes (http::Later), in a coroutine of an io thread and
// without a thread of its own.
#pragma once

#include "http/response.h"
#include "http/task.h"

namespace sigla::http {

// The answer, once it is there or its time is over. Runs on the io thread of `context`. `waiting`
// is who waits, meanwhile, for whoever has a reason of his own to end that.
Task<Response> wait_for(std::shared_ptr<const Later> later,
                        boost::asio::io_context& context,
                        std::weak_ptr<Waiter>& waiting);

}  // namespace sigla::http
