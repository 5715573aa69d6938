// What GCC 12 gets wrong inside of co_await, and the SDK therefore refuses there: see hazard_test.
#include <parley/plugin.hpp>

namespace sdk = parley::sdk;

struct input {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(input, (), (text))

sdk::task<> work(sdk::call call) {
#ifdef TEMPORARY
    co_await call.invoke("message.send", input{"born inside of co_await"});
#else
    const input named{"born before"};
    co_await call.invoke("message.send", named);
#endif
}
