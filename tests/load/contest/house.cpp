// Made through the kernel, so that rows and log are those of a server that took these messages itself.
#include "load/contest/house.hpp"

#include <unistd.h>

#include "load/client.hpp"
#include "load/contestant.hpp"

namespace parley::load {

house::house(const contest_options& with, std::string_view database)
    : cluster_(database == "postgresql" ? std::make_unique<cluster>(folder_.path() / "postgresql") : nullptr),
      server_(with.programs, folder_.path(),
              cluster_ ? cluster_->url() : "sqlite:" + (folder_.path() / "data/parley.db").string()) {
    server_.prepare(std::string(tenant));
}

void house::settle_two(const std::vector<std::size_t>& messages) {
    // For requests that show no token, which would say whose they are.
    server_.write_tenant(std::string(tenant), "hosts: [127.0.0.1]\n");
    people_ = seed(server_.config(), std::string(tenant), 2, messages.size(), 2);
    for (std::size_t i = 0; i < messages.size(); ++i)
        fill(server_.config(), std::string(tenant), people_.rooms[i], people_.people.front(), messages[i]);
}

house::consumption house::look() const {
    return {.at = now_ns(),
            .server = cpu_seconds(server_.pid(), family::one_process),
            .database = cluster_ ? cpu_seconds(cluster_->pid(), family::with_children) : 0,
            .own = cpu_seconds(::getpid(), family::one_process)};
}

}  // namespace parley::load
