// A plugin with a bit of everything: a hook, rows, settings, a route, a job and a metric.
#include <algorithm>
#include <parley/plugin.hpp>
#include <parley/storage.hpp>
#include <parley/web_files.hpp>

#include "entities-odb.hpp"
#include "entities.hpp"

namespace sdk = parley::sdk;

namespace {

// Settings, as plugin.yaml declares them.
BOOST_DEFINE_ENUM_CLASS(reaction, refuse, hold)

struct settings {
    std::vector<std::string> words;
    reaction action = reaction::refuse;
    std::int64_t keep_days = 90;
};
BOOST_DESCRIBE_STRUCT(settings, (), (words, action, keep_days))

// What clients send and get.
struct period {
    std::optional<sdk::whole<1, 3650>> days;
};
BOOST_DESCRIBE_STRUCT(period, (), (days))

struct counts {
    std::map<std::string, std::int64_t> words;
};
BOOST_DESCRIBE_STRUCT(counts, (), (words))

constexpr std::int64_t day_ms = 86'400'000;

std::int64_t today() { return sdk::now() / day_ms; }

bool is_part_of_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
}

std::string lower(std::string text) {
    for (auto& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// The first of the words that stands in the text as a whole word; empty: none.
std::string find_word(const std::string& text, const std::vector<std::string>& words) {
    const auto given = lower(text);
    for (const auto& one : words) {
        const auto word = lower(one);
        for (auto at = given.find(word); at != std::string::npos; at = given.find(word, at + 1)) {
            const auto end = at + word.size();
            const bool begins = at == 0 || !is_part_of_word(given[at - 1]);
            if (begins && (end == given.size() || !is_part_of_word(given[end]))) return word;
        }
    }
    return {};
}

void count(odb::database& db, sdk::id tenant, const std::string& word) {
    using query = odb::query<word_count>;
    const auto day = today();
    if (const auto row =
            db.query_one<word_count>(query::tenant == tenant.number() && query::word == word && query::day == day)) {
        ++row->count;
        db.update(*row);
        return;
    }
    word_count row;
    row.id = sdk::next_id().number();
    row.tenant = tenant.number();
    row.word = word;
    row.day = day;
    row.count = 1;
    db.persist(row);
}

class plugin : public sdk::with_web_piece {
public:
    void setup(sdk::registry<plugin>& on) {
        // share/web/piece.js, in the web client of those where this plugin is on.
        offer_web_piece(on, {.plugin = "word_watch", .compressed = false});
        on.check("message.send", &plugin::judge);
        on.command("word_watch.counts", "word_watch.see",
                   {.method = "GET",
                    .path = "/api/v1/word_watch/counts",
                    .sentence = "How often each word was met.",
                    .fields = {{"days", "In the last so many days; 30 when it is not said."}}},
                   &plugin::show_counts);
        on.job("trim", {.every = std::chrono::hours(24)}, &plugin::trim);
        met_ = on.counter("met", "Messages that contained one of the words.");
    }

private:
    sdk::task<sdk::send_verdict> judge(sdk::kept_draft draft) {
        const auto here = draft.settings<settings>();
        const auto word = find_word(draft.text, here->words);
        if (word.empty()) co_return sdk::pass();

        met_.add();
        co_await draft.storage([&](odb::database& db) { count(db, draft.tenant, word); });
        if (here->action == reaction::hold) co_return sdk::hold("Somebody looks at this message before others see it.");
        co_return sdk::refuse("word_refused", "This message contains a word that is not used here.");
    }

    sdk::task<counts> show_counts(sdk::call call, period in) {
        const auto since = today() - in.days.value_or(30);
        co_return co_await call.storage([&](odb::database& db) {
            using query = odb::query<word_total>;
            counts all;
            const auto mine = query::tenant == call.tenant.number() && query::day > since;
            for (const auto& row : db.query<word_total>(mine)) all.words[row.word] = row.count;
            return all;
        });
    }

    sdk::task<> trim(sdk::call call) {
        const auto before = today() - call.settings<settings>()->keep_days;
        const auto gone = co_await call.storage([&](odb::database& db) {
            using query = odb::query<word_count>;
            return db.erase_query<word_count>(query::tenant == call.tenant.number() && query::day <= before);
        });
        sdk::log::info("old counts are gone", {{"tenant", call.tenant_name}, {"rows", gone}});
    }

    sdk::counter met_;
};

}  // namespace

PARLEY_PLUGIN(plugin);
