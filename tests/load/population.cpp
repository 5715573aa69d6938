// The plan of a population: arithmetic, so that everybody who is measured has the same.
#include "load/population.hpp"

#include <algorithm>
#include <array>

namespace parley::load {
namespace {

/// Member k of room r. Neighbours in one room are far apart in another, so that a room is spread over all connections.
std::size_t member_of(std::size_t r, std::size_t k, std::size_t rooms, std::size_t people, std::size_t members_each) {
    if (rooms == 1) return k;
    const auto stride = std::max<std::size_t>(1, people / members_each);
    return (r + k * stride) % people;
}

/// A Golomb ruler: no two of its marks are as far apart as two others, so hardly anybody meets the same person twice.
constexpr std::array<std::size_t, 10> places_in_a_team{0, 1, 6, 10, 23, 26, 34, 41, 53, 55};

void add_people(population& to, std::size_t people) {
    for (std::size_t i = 0; i < people; ++i) to.people.push_back({.id = std::to_string(i), .token = std::to_string(i)});
}

}  // namespace

population plan(std::size_t people, std::size_t rooms, std::size_t members_each) {
    population made;
    add_people(made, people);
    for (std::size_t r = 0; r < rooms; ++r) {
        room here{.id = std::to_string(r), .members = {}};
        for (std::size_t k = 0; k < members_each; ++k)
            here.members.push_back(member_of(r, k, rooms, people, members_each));
        made.rooms.push_back(std::move(here));
    }
    return made;
}

population plan_teams(std::size_t people) {
    population made;
    add_people(made, people);
    for (std::size_t r = 0; r < people; ++r) {
        room here{.id = std::to_string(r), .members = {}};
        const auto team = r - r % team_size;
        for (const auto place : places_in_a_team) here.members.push_back(team + (r + place) % team_size);
        made.rooms.push_back(std::move(here));
    }
    return made;
}

population first_teams(const population& of, std::size_t people) {
    const auto some = static_cast<std::ptrdiff_t>(people);
    return {.people = {of.people.begin(), of.people.begin() + some},
            .rooms = {of.rooms.begin(), of.rooms.begin() + some}};
}

}  // namespace parley::load
