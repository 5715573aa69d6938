// libcurl's multi interface, driven by one thread.
#include "transport/web_client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace parley::transport {
namespace {

constexpr std::size_t most_under_way = 64;
constexpr std::size_t longest_header = 4096;

/// What is left of IPv6 after these is 2000::/3 without the parts that have a meaning of their own.
bool is_among(const ip_address& one, const std::vector<ip_network>& networks) {
    return std::ranges::any_of(networks, [&](const ip_network& each) { return each.contains(one); });
}
std::vector<ip_network> networks(std::initializer_list<std::string_view> texts) {
    std::vector<ip_network> made;
    for (const auto text : texts) made.push_back(ip_network::parse(text).value());
    return made;
}

std::optional<ip_address> address_in(const sockaddr& from) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (from.sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in&>(from).sin_addr;
    if (from.sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    if (bytes == nullptr || inet_ntop(from.sa_family, bytes, text.data(), text.size()) == nullptr) return std::nullopt;
    return ip_address::parse(text.data());
}

std::unexpected<error> away(std::string why) {
    return failure(fault::unavailable, "web_away", "No answer came: " + std::move(why) + ".");
}

/// One request under way. Stays where it is: libcurl knows its address.
struct errand {
    web_request wanted;
    web_answered answer;
    web_answer got;
    bool refused = false;
    bool too_large = false;
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{nullptr, &curl_slist_free_all};
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{nullptr, &curl_easy_cleanup};
};

curl_socket_t open_socket(void* to, curlsocktype, curl_sockaddr* where) noexcept {
    auto& one = *static_cast<errand*>(to);
    const auto address = address_in(where->addr);
    if (!address || (one.wanted.may == reach::open_internet && !is_public(*address))) {
        one.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(where->family, where->socktype | SOCK_CLOEXEC, where->protocol);
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) noexcept {
    auto& one = *static_cast<errand*>(to);
    if (one.got.body.size() + count > one.wanted.max_bytes) {
        one.too_large = true;
        return 0;
    }
    one.got.body.append(bytes, count);
    return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* to) noexcept {
    auto& one = *static_cast<errand*>(to);
    static constexpr std::string_view name = "cache-control:";
    const std::string_view line(bytes, count);
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    const bool meant = line.size() > name.size() && line.size() < longest_header &&
                       std::equal(name.begin(), name.end(), line.begin(), [&](char b, char a) { return same(a, b); });
    if (meant) one.got.cache_control = line.substr(name.size());
    return count;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    // An option that this libcurl does not take is one that protects nobody: not to be passed over.
    if (curl_easy_setopt(handle, option, value) != CURLE_OK) throw std::runtime_error("libcurl refuses an option");
}

void add_header(errand& one, const std::string& line) {
    auto* longer = curl_slist_append(one.headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(one.headers.release());  // it is part of the longer one
    one.headers.reset(longer);
}

void prepare_form_and_headers(errand& one) {
    add_header(one, "Accept: application/json");
    if (!one.wanted.authorization.empty()) add_header(one, "Authorization: " + one.wanted.authorization);
    set(one.handle.get(), CURLOPT_HTTPHEADER, one.headers.get());
    if (!one.wanted.form) return;
    set(one.handle.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(one.wanted.form->size()));
    set(one.handle.get(), CURLOPT_POSTFIELDS, one.wanted.form->c_str());  // not copied: the errand stays
}

void prepare(errand& one) {
    one.handle.reset(curl_easy_init());
    auto* handle = one.handle.get();
    if (handle == nullptr) throw std::bad_alloc();
    const bool may_be_plain = one.wanted.may == reach::also_private;
    set(handle, CURLOPT_PRIVATE, static_cast<void*>(&one));
    set(handle, CURLOPT_URL, one.wanted.url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, may_be_plain ? "http,https" : "https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_PROXY, "");  // also not of the environment: it would be the proxy's address that is judged
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(one.wanted.deadline.count()));
    set(handle, CURLOPT_FRESH_CONNECT, 1L);  // a connection of before was judged for somebody else
    set(handle, CURLOPT_FORBID_REUSE, 1L);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_USERAGENT, "Parley");
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&one));
    set(handle, CURLOPT_WRITEFUNCTION, &take_body);
    set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&one));
    set(handle, CURLOPT_HEADERFUNCTION, &take_header);
    set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&one));
    prepare_form_and_headers(one);
}

result<web_answer> outcome_of(errand& one, CURLcode ended) {
    if (one.too_large) return failure(fault::too_large, "web_too_large", "The answer is longer than is allowed.");
    if (ended != CURLE_OK && one.refused)
        return failure(fault::forbidden, "web_address_refused", "The address is not one of the open internet.");
    if (ended != CURLE_OK) return away(curl_easy_strerror(ended));
    curl_easy_getinfo(one.handle.get(), CURLINFO_RESPONSE_CODE, &one.got.status);
    return std::move(one.got);
}

/// The border at which exceptions of answers end.
void answer_at_border(web_answered& answer, result<web_answer> with) {
    try {
        answer(std::move(with));
    } catch (const std::exception& why) {
        log::error("what came of a request could not be used", {{"what", why.what()}});
    }
}

}  // namespace

class web_client::loop {
public:
    loop() {
        static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
        multi_.reset(curl_multi_init());
        if (ready != CURLE_OK || !multi_) throw std::runtime_error("libcurl cannot start");
        thread_ = std::jthread([this] { work(); });
    }

    void add(web_request wanted, web_answered answer) {
        {
            const std::lock_guard lock(guard_);
            if (!stopping_ && waiting_.size() < most_under_way) {
                waiting_.push_back({std::move(wanted), std::move(answer)});
                curl_multi_wakeup(multi_.get());
                return;
            }
        }
        answer(away("too much is under way"));
    }

    void stop() {
        {
            const std::lock_guard lock(guard_);
            stopping_ = true;
        }
        curl_multi_wakeup(multi_.get());
        if (thread_.joinable()) thread_.join();
    }

private:
    struct order {
        web_request wanted;
        web_answered answer;
    };

    void work() {
        while (take_orders()) {
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            int left = 0;
            while (const auto* said = curl_multi_info_read(multi_.get(), &left))
                if (said->msg == CURLMSG_DONE) finish(said->easy_handle, said->data.result);
            curl_multi_poll(multi_.get(), nullptr, 0, 60'000, nullptr);  // add() and stop() wake it
        }
        for (auto& [handle, one] : under_way_) {
            curl_multi_remove_handle(multi_.get(), handle);
            answer_at_border(one->answer, away("the server stops"));
        }
        under_way_.clear();
        for (auto& one : waiting_) answer_at_border(one.answer, away("the server stops"));
        waiting_.clear();
    }

    /// False when there will be no more.
    bool take_orders() {
        std::deque<order> taken;
        {
            const std::lock_guard lock(guard_);
            if (stopping_) return false;
            while (!waiting_.empty() && under_way_.size() + taken.size() < most_under_way) {
                taken.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        for (auto& one : taken) begin(std::move(one));
        return true;
    }

    void begin(order given) {
        auto one = std::make_unique<errand>();
        one->wanted = std::move(given.wanted);
        one->answer = std::move(given.answer);
        try {
            prepare(*one);
        } catch (const std::exception& why) {
            return answer_at_border(one->answer, away(why.what()));
        }
        auto* handle = one->handle.get();
        if (curl_multi_add_handle(multi_.get(), handle) != CURLM_OK)
            return answer_at_border(one->answer, away("libcurl cannot begin"));
        under_way_.emplace(handle, std::move(one));
    }

    void finish(CURL* handle, CURLcode ended) {
        curl_multi_remove_handle(multi_.get(), handle);
        const auto one = std::move(under_way_.extract(handle).mapped());
        answer_at_border(one->answer, outcome_of(*one, ended));
    }

    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_{nullptr, &curl_multi_cleanup};
    std::mutex guard_;
    std::deque<order> waiting_;
    bool stopping_ = false;
    std::map<CURL*, std::unique_ptr<errand>> under_way_;  // of the thread alone
    std::jthread thread_;
};

web_client::web_client() : loop_(std::make_unique<loop>()) {}

web_client::~web_client() { stop(); }

void web_client::ask(web_request wanted, web_answered answer) { loop_->add(std::move(wanted), std::move(answer)); }

void web_client::stop() { loop_->stop(); }

bool is_public(const ip_address& one) {
    static const auto closed_v4 =
        networks({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                  "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
                  "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"});
    static const auto open_v6 = networks({"2000::/3"});
    // Teredo and its like, documentation, 6to4: the last holds an IPv4 address that nobody judged.
    static const auto closed_v6 = networks({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
    if (one.is_v4()) return !is_among(one, closed_v4);
    return is_among(one, open_v6) && !is_among(one, closed_v6);
}

}  // namespace parley::transport
