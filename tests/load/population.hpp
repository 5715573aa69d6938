// Who there is, and in which conversations.
#pragma once

#include <string>
#include <vector>

namespace parley::load {

struct person {
    std::string id;
    std::string token;  ///< what this person's client shows
};

struct room {
    std::string id;
    std::vector<std::size_t> members;  ///< indexes of people
};

struct population {
    std::vector<person> people;
    std::vector<room> rooms;
};

/// `rooms` conversations of `members_each`, spread so that everybody is in about equally many. Tokens and ids are the
/// indexes; who has others replaces them.
[[nodiscard]] population plan(std::size_t people, std::size_t rooms, std::size_t members_each);

/// Teams of a hundred who know each other: everybody is in ten conversations of ten, with other people in each, and is
/// the first member of one. `people` is a multiple of `team_size`.
[[nodiscard]] population plan_teams(std::size_t people);
inline constexpr std::size_t team_size = 100;

/// The first so many people of whole teams, and their conversations.
[[nodiscard]] population first_teams(const population& of, std::size_t people);

}  // namespace parley::load
