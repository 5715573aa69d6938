// Made through the kernel, so that rows and log are those of a server that took these messages itself.
#include "load/contest/house.hpp"

#include "load/contestant.hpp"

namespace parley::load {

house::house(const contest_options& with, const std::vector<std::size_t>& messages)
    : server_(with.programs, folder_.path(), "sqlite:" + (folder_.path() / "data/parley.db").string()) {
    server_.prepare(std::string(tenant));
    // For requests that show no token, which would say whose they are.
    server_.write_tenant(std::string(tenant), "hosts: [127.0.0.1]\n");
    people_ = seed(server_.config(), std::string(tenant), 2, messages.size(), 2);
    for (std::size_t i = 0; i < messages.size(); ++i)
        fill(server_.config(), std::string(tenant), people_.rooms[i], people_.people.front(), messages[i]);
}

}  // namespace parley::load
