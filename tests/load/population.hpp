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

}  // namespace parley::load
