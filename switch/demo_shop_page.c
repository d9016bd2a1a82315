#include "switch/demo_shop_page.h"

#include "protocols/webshop/page.h"
#include "switch/assert.h"

/* X(NAME, "ru", "kk", "en") */
/* clang-format off */
#define TEXT_MAP(X) \
    X(LANGUAGE, "Язык", "Тіл", "Language") \
    X(CART, "Ваш заказ", "Сіздің тапсырысыңыз", "Your order") \
    X(WAITING, "Ждём оплату", "Төлемді күтеміз", "Waiting for the payment") \
    X(WAITING_TEXT, \
      "Магазин ещё не получил уведомления. Страница обновится сама.", \
      "Дүкен хабарламаны әлі алған жоқ. Бет өзі жаңарады.", \
      "The shop has not been told yet. This page looks again by itself.") \
    X(PAID, "Заказ оплачен", "Тапсырыс төленді", "Your order is paid") \
    X(PAID_TEXT, \
      "Спасибо! Магазин получил подписанное уведомление об оплате.", \
      "Рақмет! Дүкен төлем туралы қол қойылған хабарламаны алды.", \
      "Thank you! The shop has a signed message that says so.") \
    X(DECLINED, "Заказ не оплачен", "Тапсырыс төленбеді", "Your order is not paid") \
    X(DECLINED_TEXT, \
      "Оплата отменена или отклонена. Деньги остались в кошельке.", \
      "Төлемнен бас тартылды немесе ол қабылданбады. Ақша әмиянда қалды.", \
      "The payment was canceled or declined. The money is still in the wallet.") \
    X(ORDER, "Заказ №", "Тапсырыс №", "Order no.") \
    X(ITEM, "Товар", "Тауар", "Item") \
    X(QUANTITY, "Кол-во", "Саны", "Qty") \
    X(PRICE, "Цена", "Бағасы", "Price") \
    X(TOTAL, "Итого", "Барлығы", "Total") \
    X(PAY, "Оплатить", "Төлеу", "Pay") \
    X(BUYER, "Демонстрационный покупатель", "Демонстрациялық сатып алушы", "The demo's buyer") \
    X(BUYER_TEXT, \
      "На странице оплаты войдите так:", \
      "Төлем бетінде былай кіріңіз:", \
      "On the checkout's page log in with:") \
    X(LOGIN, "Логин", "Логин", "Login") \
    X(PASSWORD, "Пароль", "Құпиясөз", "Password") \
    X(AGAIN, "Новый заказ", "Жаңа тапсырыс", "A new order") \
    X(DEMO, \
      "Демонстрация: товаров нет, и деньги ненастоящие. Магазин подписывает заказ своим ключом, " \
      "узел показывает страницы оплаты и сообщает магазину результат.", \
      "Демонстрация: тауарлар жоқ, ақша да нағыз емес. Дүкен тапсырысқа өз кілтімен қол қояды, " \
      "түйін төлем беттерін көрсетіп, нәтижесін дүкенге хабарлайды.", \
      "A demo: there are no goods, and the money is not real. The shop signs the order with its " \
      "own key; the node shows the pages of the checkout and tells the shop the outcome.")
/* clang-format on */

enum { /* the texts' numbers */
#define X(name, ru, kk, en) SAYS_##name,
       TEXT_MAP(X)
#undef X
           TEXT_COUNT
};

static const struct html_text texts[TEXT_COUNT] = {
#define X(name, ru, kk, en)                                                                        \
    [SAYS_##name] = {#name, {[WEBSHOP_RU] = ru, [WEBSHOP_KK] = kk, [WEBSHOP_EN] = en}},
    TEXT_MAP(X)
#undef X
};

struct shop {
    struct html_page html;
    const struct demo_shop_page *page;
    char total[HTML_AMOUNT_MAX], cost[HTML_AMOUNT_MAX];
};

static void item_row(struct html_page *html, uint32_t index) {
    struct shop *shop = html->source;
    const struct webshop_item *item = &shop->page->items[index];
    html_set(html, "name", item->name);
    html_set(html, "description", item->description);
    html_set(html, "quantity", slice_text(item->quantity));
    html_set(html, "cost", slice_text(html_amount(item->cost, shop->cost)));
}

void demo_shop_page(enum webshop_language language, const struct demo_shop_page *page,
                    struct buffer *out) {
    static const uint32_t titles[DEMO_SHOP_STATES][2] = {
        /* and text; 0: none */
        [DEMO_SHOP_CART] = {SAYS_CART, 0},
        [DEMO_SHOP_WAITING] = {SAYS_WAITING, SAYS_WAITING_TEXT},
        [DEMO_SHOP_PAID] = {SAYS_PAID, SAYS_PAID_TEXT},
        [DEMO_SHOP_DECLINED] = {SAYS_DECLINED, SAYS_DECLINED_TEXT},
    };
    ASSERT(page->state < DEMO_SHOP_STATES);
    struct shop shop = {.page = page};
    struct html_page *html = &shop.html;
    uint32_t title = titles[page->state][0], text = titles[page->state][1];
    page_start(html, language, slice_text(texts[title].in[language]), page->shop_name);
    html->texts = texts;
    html->text_count = TEXT_COUNT;
    html->source = &shop;
    html->row = item_row;
    html->rows = page->item_count;
    html_set(html, "text", slice_text(text == 0 ? "" : texts[text].in[language]));
    html_flag(html, "cart", page->state == DEMO_SHOP_CART);
    html_flag(html, "waiting", page->state == DEMO_SHOP_WAITING);
    html_flag(html, "again", page->state == DEMO_SHOP_PAID || page->state == DEMO_SHOP_DECLINED);
    html_set(html, "invoice", page->invoice);
    html_set(html, "total", slice_text(html_amount(page->total, shop.total)));
    html_set(html, "request", page->request);
    html_set(html, "login", page->login);
    html_set(html, "password", page->password);
    html_set(html, "self", page->self);
    html_render(html, demo_shop, out);
}

void demo_shop_headers(struct buffer *out) {
    buffer_format(out,
                  "Content-Security-Policy: default-src 'none'; %sbase-uri 'none'; "
                  "frame-ancestors 'none'; form-action 'self'\r\n"
                  "X-Content-Type-Options: nosniff\r\n"
                  "Cache-Control: no-store\r\n",
                  demo_policy);
}
