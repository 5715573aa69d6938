// The plan of a population: arithmetic, so that everybody who is measured has the same.
#include "load/population.hpp"

#include <algorithm>

namespace parley::load {
namespace {

/// Member k of room r. Neighbours in one room are far apart in another, so that a room is spread over all connections.
std::size_t member_of(std::size_t r, std::size_t k, std::size_t rooms, std::size_t people, std::size_t members_each) {
    if (rooms == 1) return k;
    const auto stride = std::max<std::size_t>(1, people / members_each);
    return (r + k * stride) % people;
}

}  // namespace

population plan(std::size_t people, std::size_t rooms, std::size_t members_each) {
    population made;
    for (std::size_t i = 0; i < people; ++i)
        made.people.push_back({.id = std::to_string(i), .token = std::to_string(i)});
    for (std::size_t r = 0; r < rooms; ++r) {
        room here{.id = std::to_string(r), .members = {}};
        for (std::size_t k = 0; k < members_each; ++k)
            here.members.push_back(member_of(r, k, rooms, people, members_each));
        made.rooms.push_back(std::move(here));
    }
    return made;
}

}  // namespace parley::load
