// What an assertion of Boost's means in the units that define BOOST_ENABLE_ASSERT_DEBUG_HANDLER.
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace boost {

// As <boost/assert.hpp> asks for them.
void assertion_failed(const char* expression, const char* function, const char* file, long line);
void assertion_failed_msg(const char* expression, const char* message, const char* function, const char* file,
                          long line);

void assertion_failed(const char* expression, const char* function, const char* file, long line) {
    // Beast 1.81 asserts that the end of a chunked body does not come in pieces of less than five bytes, which is for
    // the peer to decide; what it does then is right, and later versions assert no more than that.
    if (std::string_view(expression) == "n >= 5" &&
        std::string_view(function).find("parse_chunk_header") != std::string_view::npos)
        return;
    assertion_failed_msg(expression, "", function, file, line);
}

void assertion_failed_msg(const char* expression, const char* message, const char* function, const char* file,
                          long line) {
    std::fprintf(stderr, "%s:%ld: %s: assertion failed: %s %s\n", file, line, function, expression, message);
    std::abort();
}

}  // namespace boost
