// SPDX-License-Identifier: Apache-2.0
// The coroutine type of the io threads, named without including Asio. A .cc file that defines or
// awaits a Task includes <boost/asio/awaitable.hpp> itself.
//
// g++ 12.2 lays out the frame of a coroutine wrongly when `co_await` stands in a condition with &&,
// || or ?: (its resume function lands at offset 8, and the first suspension crashes). So every
// awaited value gets a name of its own: `const bool sent = co_await ...; if (!sent) ...`.
#pragma once

namespace boost::asio {
template <typename, typename>
class awaitable;
class any_io_executor;
class io_context;
}  // namespace boost::asio

namespace sigla::http {

template <typename T>
using Task = boost::asio::awaitable<T, boost::asio::any_io_executor>;

}  // namespace sigla::http
