/* texts.h - what the buyer's pages say, in Russian, Kazakh and English. Constants; any thread.
 *
 * A FAULT_ text is for the people who make the shop: what is wrong and what to mend. The stable
 * code beside it is the fault's name: BAD_SIGNATURE. Codes are never renamed. In the templates a
 * text is
 * {{=NAME}}. */
#ifndef PROTOCOLS_WEBSHOP_TEXTS_H
#define PROTOCOLS_WEBSHOP_TEXTS_H

#include "protocols/webshop/html.h"

/* X(NAME, "ru", "kk", "en"); a '#' stands for a number. */
/* clang-format off */
#define WEBSHOP_TEXT_MAP(X) \
    /* labels */ \
    X(LANGUAGE, "Язык", "Тіл", "Language") \
    X(SHOP, "Магазин", "Дүкен", "Shop") \
    X(SELLER, "Продавец", "Сатушы", "Merchant") \
    X(INVOICE, "Номер заказа", "Тапсырыс нөмірі", "Order number") \
    X(CART, "Корзина", "Себет", "Cart") \
    X(ITEM, "Товар", "Тауар", "Item") \
    X(CODE, "Код", "Коды", "Code") \
    X(QUANTITY, "Кол-во", "Саны", "Qty") \
    X(PRICE, "Цена", "Бағасы", "Price") \
    X(TOTAL, "Сумма заказа", "Тапсырыс сомасы", "Order total") \
    X(FEE, "Комиссия", "Комиссия", "Fee") \
    X(NO_FEE, "без комиссии", "комиссиясыз", "no fee") \
    X(TO_PAY, "К оплате", "Төлеуге", "To pay") \
    X(BUYER, "Ваш кошелёк", "Сіздің әмияныңыз", "Your wallet") \
    X(BALANCE, "Доступно сейчас", "Қазір қолжетімді", "Available now") \
    X(BALANCE_AFTER, "Останется после оплаты", "Төлемнен кейін қалады", "Left after the payment") \
    X(MISSING, "Не хватает", "Жетпейді", "Missing") \
    X(TRANSACTION, "Номер операции", "Операция нөмірі", "Transaction number") \
    X(LOGIN, "Логин", "Логин", "Login") \
    X(LOGIN_HINT, \
      "Номер телефона, 11 цифр: 77011234567", \
      "Телефон нөмірі, 11 сан: 77011234567", \
      "Your phone number, 11 digits: 77011234567") \
    X(PASSWORD, "Пароль", "Құпиясөз", "Password") \
    /* titles and buttons */ \
    X(LOGIN_TITLE, "Оплата заказа", "Тапсырысты төлеу", "Pay for your order") \
    X(SIGN_IN, "Войдите в кошелёк", "Әмиянға кіріңіз", "Log in to your wallet") \
    X(CONFIRM_TITLE, "Подтвердите оплату", "Төлемді растаңыз", "Confirm the payment") \
    X(CONTINUE, "Продолжить", "Жалғастыру", "Continue") \
    X(PAY, "Оплатить", "Төлеу", "Pay") \
    X(AGAIN, "Повторить", "Қайталау", "Try again") \
    X(LOOK, "Проверить ещё раз", "Қайта тексеру", "Check again") \
    X(LOOK_NOW, "Проверить сейчас", "Қазір тексеру", "Check now") \
    X(CANCEL, "Отменить оплату", "Төлемнен бас тарту", "Cancel the payment") \
    X(BACK, "Вернуться в магазин", "Дүкенге оралу", "Back to the shop") \
    /* why the login page is shown again */ \
    X(LOGIN_WRONG, \
      "Неверный логин или пароль.", \
      "Логин немесе құпиясөз қате.", \
      "The login or the password is wrong.") \
    X(LOGIN_SLOWLY, \
      "Слишком много попыток входа. Повторите через # с.", \
      "Кіру әрекеттері тым көп. # секундтан кейін қайталаңыз.", \
      "Too many tries to log in. Try again in # s.") \
    X(LOGIN_SLOWLY_MINUTES, \
      "Слишком много попыток входа. Повторите через # мин.", \
      "Кіру әрекеттері тым көп. # минуттан кейін қайталаңыз.", \
      "Too many tries to log in. Try again in # min.") \
    X(LOGIN_EXPIRED, \
      "Время входа истекло. Деньги не списаны. Войдите ещё раз.", \
      "Кіру уақыты өтіп кетті. Ақша алынған жоқ. Қайта кіріңіз.", \
      "Your session is over. No money was taken. Log in again.") \
    X(LOGIN_BUSY, \
      "Система сейчас занята. Повторите через несколько секунд.", \
      "Жүйе қазір бос емес. Бірнеше секундтан кейін қайталаңыз.", \
      "The system is busy. Try again in a few seconds.") \
    X(LOGIN_BARRED, \
      "С этого кошелька оплатить заказ нельзя. Обратитесь в службу поддержки.", \
      "Бұл әмияннан тапсырысты төлеуге болмайды. Қолдау қызметіне хабарласыңыз.", \
      "This wallet cannot pay for the order. Contact support.") \
    X(LOGIN_UNKNOWN, \
      "Система не ответила вовремя. Деньги не списаны. Войдите ещё раз.", \
      "Жүйе уақытында жауап бермеді. Ақша алынған жоқ. Қайта кіріңіз.", \
      "The system did not answer in time. No money was taken. Log in again.") \
    /* why the ledger took no payment */ \
    X(REFUSAL_SHORT, \
      "В кошельке не хватает денег. Пополните его и проверьте ещё раз.", \
      "Әмиянда ақша жеткіліксіз. Оны толтырып, қайта тексеріңіз.", \
      "Your wallet has not enough money. Top it up and check again.") \
    X(REFUSAL_UNKNOWN, \
      "Результат пока неизвестен. Нажмите «Повторить»: дважды деньги не спишутся.", \
      "Нәтиже әзірге белгісіз. «Қайталау» түймесін басыңыз: ақша екі рет алынбайды.", \
      "The outcome is not known yet. Press “Try again”: you will not pay twice.") \
    X(REFUSAL_BUSY, \
      "Система сейчас занята, деньги не списаны. Повторите через несколько секунд.", \
      "Жүйе қазір бос емес, ақша алынған жоқ. Бірнеше секундтан кейін қайталаңыз.", \
      "The system is busy and no money was taken. Try again in a few seconds.") \
    X(REFUSAL_WALLET_CLOSED, \
      "Ваш кошелёк закрыт или заблокирован. Обратитесь в службу поддержки.", \
      "Сіздің әмияныңыз жабық немесе бұғатталған. Қолдау қызметіне хабарласыңыз.", \
      "Your wallet is closed or frozen. Contact support.") \
    X(REFUSAL_OVER_DAY, \
      "Платёж превышает дневной лимит кошелька. Оплатите завтра.", \
      "Төлем әмиянның күндік лимитінен асады. Ертең төлеңіз.", \
      "The payment would pass your wallet's limit of the day. Pay tomorrow.") \
    X(REFUSAL_OVER_MONTH, \
      "Платёж превышает месячный лимит кошелька. Оплатите в следующем месяце.", \
      "Төлем әмиянның айлық лимитінен асады. Келесі айда төлеңіз.", \
      "The payment would pass your wallet's limit of the month. Pay next month.") \
    X(REFUSAL_SHOP_CANNOT, \
      "Магазин сейчас не может принять этот платёж. Деньги не списаны. Сообщите об этом магазину.", \
      "Дүкен бұл төлемді қазір қабылдай алмайды. Ақша алынған жоқ. Бұл туралы дүкенге айтыңыз.", \
      "The shop cannot take this payment now. No money was taken. Tell the shop about it.") \
    X(REFUSAL_INTERNAL, \
      "Внутренняя ошибка системы. Деньги не списаны. Повторите позже.", \
      "Жүйенің ішкі қатесі. Ақша алынған жоқ. Кейінірек қайталаңыз.", \
      "The system has a fault of its own. No money was taken. Try again later.") \
    /* results: a title and a text each */ \
    X(WAITING_TITLE, "Ждём ответа магазина", "Дүкеннің жауабын күтеміз", "Waiting for the shop") \
    X(WAITING, \
      "Деньги удержаны. Страница обновится сама, когда магазин ответит. Платить ещё раз не нужно.", \
      "Ақша ұсталды. Дүкен жауап бергенде бет өзі жаңарады. Қайта төлеудің қажеті жоқ.", \
      "The money is held. This page changes when the shop has answered. Do not pay again.") \
    X(PAID_TITLE, "Оплачено", "Төленді", "Paid") \
    X(PAID, \
      "Платёж проведён, магазин получил деньги.", \
      "Төлем жүргізілді, дүкен ақшаны алды.", \
      "The payment is completed, and the shop has the money.") \
    X(RESERVED_TITLE, "Деньги удержаны", "Ақша ұсталды", "The money is held") \
    X(RESERVED, \
      "Магазин завершит платёж или вернёт деньги. Платить ещё раз не нужно.", \
      "Дүкен төлемді аяқтайды немесе ақшаны қайтарады. Қайта төлеудің қажеті жоқ.", \
      "The shop completes the payment or gives the money back. Do not pay again.") \
    X(CANCELED_TITLE, "Оплата отменена", "Төлемнен бас тартылды", "The payment is canceled") \
    X(CANCELED, \
      "Вы отменили оплату. Деньги не списаны.", \
      "Сіз төлемнен бас тарттыңыз. Ақша алынған жоқ.", \
      "You canceled the payment. No money was taken.") \
    X(SHORT_TITLE, "Не хватило денег", "Ақша жетпеді", "Not enough money") \
    X(SHORT, \
      "Оплата отменена: в кошельке не хватило денег. Деньги не списаны.", \
      "Төлемнен бас тартылды: әмиянда ақша жетпеді. Ақша алынған жоқ.", \
      "The payment is canceled: your wallet had not enough money. No money was taken.") \
    X(TIMEOUT_TITLE, "Время оплаты истекло", "Төлем уақыты өтіп кетті", "The time to pay is over") \
    X(TIMEOUT, \
      "Платёж не был завершён вовремя. Удержанные деньги возвращены в кошелёк.", \
      "Төлем уақытында аяқталмады. Ұсталған ақша әмиянға қайтарылды.", \
      "The payment was not finished in time. Money that was held is back in your wallet.") \
    X(REFUSED_TITLE, "Магазин отклонил платёж", "Дүкен төлемді қабылдамады", \
      "The shop declined the payment") \
    X(REFUSED, \
      "Удержанные деньги возвращены в кошелёк. О причине спросите магазин.", \
      "Ұсталған ақша әмиянға қайтарылды. Себебін дүкеннен сұраңыз.", \
      "The money that was held is back in your wallet. Ask the shop for the reason.") \
    X(ALREADY_TITLE, "Заказ уже оплачен", "Тапсырыс төленіп қойған", "The order is paid already") \
    X(ALREADY, \
      "Этот заказ был оплачен раньше. Платить ещё раз не нужно.", \
      "Бұл тапсырыс бұрын төленген. Қайта төлеудің қажеті жоқ.", \
      "This order was paid before. Do not pay again.") \
    X(UNKNOWN_TITLE, "Узнаём результат", "Нәтижесін білудеміз", "Looking for the outcome") \
    X(UNKNOWN, \
      "Результат платежа пока неизвестен. Не платите ещё раз: обновите страницу через минуту.", \
      "Төлемнің нәтижесі әзірге белгісіз. Қайта төлемеңіз: бетті бір минуттан кейін жаңартыңыз.", \
      "The outcome is not known yet. Do not pay again: reload this page in a minute.") \
    X(NO_CONNECTION, \
      "Нет связи. Платёж идёт и без этой страницы; мы пробуем соединиться снова.", \
      "Байланыс жоқ. Төлем бұл бетсіз де жүреді; қайта қосылып көрудеміз.", \
      "No connection. The payment goes on without this page; we are trying again.") \
    /* wrong requests and forms */ \
    X(WRONG_TITLE, \
      "Магазин прислал неверный запрос", \
      "Дүкен қате сұрау жіберді", \
      "The shop sent a wrong request") \
    X(WRONG, \
      "По этому запросу деньги не списаны. Вернитесь в магазин и сообщите ему то, что написано ниже.", \
      "Бұл сұрау бойынша ақша алынған жоқ. Дүкенге оралып, төменде жазылғанды айтыңыз.", \
      "No money was taken for this request. Go back to the shop and tell it what is written below.") \
    X(BUSY_TITLE, "Система занята", "Жүйе бос емес", "The system is busy") \
    X(BUSY, \
      "Деньги не списаны. Вернитесь в магазин и начните оплату ещё раз через минуту.", \
      "Ақша алынған жоқ. Дүкенге оралып, төлемді бір минуттан кейін қайта бастаңыз.", \
      "No money was taken. Go back to the shop and start the payment again in a minute.") \
    X(STALE_TITLE, "Страница устарела", "Бет ескірген", "This page is out of date") \
    X(STALE, \
      "Вернитесь в магазин. Если заказ там ещё не оплачен, начните оплату снова: дважды деньги не спишутся.", \
      "Дүкенге оралыңыз. Тапсырыс төленбеген болса, төлемді қайта бастаңыз: ақша екі рет алынбайды.", \
      "Go back to the shop. If the order is not paid there, start again: you will not pay twice.") \
    X(FOR_SHOP, "Магазину", "Дүкенге", "For the shop") \
    X(FIELD, "Поле", "Өріс", "Field") \
    X(ERROR_CODE, "Код ошибки", "Қате коды", "Error code") \
    /* what the shop must mend, in the order of the checks */ \
    X(FAULT_NO_REQUEST, \
      "В форме нет поля webshopRequest, или оно пустое.", \
      "Формада webshopRequest өрісі жоқ немесе ол бос.", \
      "The form has no field webshopRequest, or it is empty.") \
    X(FAULT_NOT_BASE64, \
      "Поле webshopRequest не является base64.", \
      "webshopRequest өрісі base64 емес.", \
      "The field webshopRequest is not base64.") \
    X(FAULT_EMPTY_DOCUMENT, \
      "Документ XML пуст.", \
      "XML құжаты бос.", \
      "The XML document is empty.") \
    X(FAULT_TOO_LARGE, \
      "Документ XML слишком велик: не больше 64 КиБ и 256 товаров.", \
      "XML құжаты тым үлкен: 64 КиБ пен 256 тауардан аспауы керек.", \
      "The XML document is too large: 64 KiB and 256 items at most.") \
    X(FAULT_DOCTYPE, \
      "Уберите из XML объявление DOCTYPE и инструкции обработки; кодировка только UTF-8.", \
      "XML-ден DOCTYPE жариялауын және өңдеу нұсқауларын алып тастаңыз; кодтауы тек UTF-8.", \
      "Leave the DOCTYPE and processing instructions out of the XML; its encoding is UTF-8.") \
    X(FAULT_NOT_WELL_FORMED, \
      "Документ не является правильным XML. Символы & и < в значениях пишутся &amp; и &lt;.", \
      "Құжат дұрыс XML емес. Мәндердегі & және < таңбалары &amp; және &lt; деп жазылады.", \
      "Not well-formed XML. A bare & or < in a value must be written &amp; or &lt;.") \
    X(FAULT_WRONG_ROOT, \
      "Корневой элемент должен быть WebShopRequest из пространства имён этого протокола.", \
      "Түбір элемент осы хаттаманың атаулар кеңістігіндегі WebShopRequest болуы керек.", \
      "The root element must be WebShopRequest in the namespace of this protocol.") \
    X(FAULT_SIGNATURE_MISSING, \
      "В запросе нет подписи: последним в корне должен стоять элемент Signature.", \
      "Сұрауда қолтаңба жоқ: түбірдегі соңғы элемент Signature болуы керек.", \
      "The request is not signed: the last child of the root must be Signature.") \
    X(FAULT_SIGNATURE_SHAPE, \
      "Нужна одна подпись enveloped с URI=\"\" и RSA, последней в корне, без других преобразований.", \
      "Бір ғана enveloped қолтаңба керек: URI=\"\" және RSA, түбірде соңғы, басқа түрлендірусіз.", \
      "One enveloped RSA signature with URI=\"\" is needed, last in the root, no other transform.") \
    X(FAULT_FIELD_EMPTY, \
      "Обязательное поле не заполнено. Символ & в другом значении тоже мог его обнулить.", \
      "Міндетті өріс толтырылмаған. Басқа мәндегі & таңбасы да оны босатуы мүмкін.", \
      "A field that is needed is empty. A bare & in a value may have emptied it.") \
    X(FAULT_FIELD_WRONG, \
      "Поле неизвестно, повторяется, стоит не на своём месте или имеет недопустимое значение.", \
      "Өріс белгісіз, қайталанған, өз орнында емес немесе мәні рұқсат етілмеген.", \
      "A field is unknown, there twice, out of order or has a value that is not allowed.") \
    X(FAULT_MERCHANT_UNKNOWN, \
      "Торговец с таким MerchantID не зарегистрирован.", \
      "Мұндай MerchantID-мен сатушы тіркелмеген.", \
      "No merchant with this MerchantID is registered.") \
    X(FAULT_MERCHANT_BLOCKED, \
      "Торговец заблокирован. Обратитесь к оператору системы.", \
      "Сатушы бұғатталған. Жүйе операторына хабарласыңыз.", \
      "The merchant is blocked. Contact the operator.") \
    X(FAULT_WALLET_WRONG, \
      "WalletID не принадлежит этому торговцу.", \
      "WalletID бұл сатушыға тиесілі емес.", \
      "The WalletID is not one of this merchant's.") \
    X(FAULT_NO_KEY, \
      "У торговца нет действующего ключа подписи. Передайте свой открытый ключ оператору.", \
      "Сатушының жарамды қолтаңба кілті жоқ. Ашық кілтіңізді операторға беріңіз.", \
      "The merchant has no valid key here. Give your public key to the operator.") \
    X(FAULT_BAD_SIGNATURE, \
      "Подпись не сходится: документ изменён после подписи, ключ другой, или в значении есть CR.", \
      "Қолтаңба сәйкес емес: құжат кейін өзгертілген, кілт басқа немесе мәнде CR бар.", \
      "Bad signature: changed after it was signed, another key, or a CR in a value.") \
    X(FAULT_URL_REFUSED, \
      "На этот адрес уведомления не отправляются: он частный или локальный.", \
      "Бұл мекенжайға хабарлама жіберілмейді: ол жеке немесе жергілікті.", \
      "We do not call this address: it is private or local.") \
    X(FAULT_AMOUNT_TOO_LARGE, \
      "Сумма заказа больше наибольшей допустимой.", \
      "Тапсырыс сомасы рұқсат етілген ең үлкен сомадан асады.", \
      "The total is above the largest one allowed.") \
    X(FAULT_OTHER_AMOUNT, \
      "Этот InvoiceNumber уже использован с другой суммой или кошельком. Дайте заказу новый номер.", \
      "Бұл InvoiceNumber басқа сомамен немесе әмиянмен қолданылған. Тапсырысқа жаңа нөмір беріңіз.", \
      "This InvoiceNumber was used with another total or wallet. Give the order a new one.") \
    X(FAULT_BUSY, \
      "Система сейчас занята. Повторите тот же запрос.", \
      "Жүйе қазір бос емес. Дәл сол сұрауды қайталаңыз.", \
      "The system is busy. Send the same request again.")
/* clang-format on */

enum webshop_text {
#define X(name, ru, kk, en) TEXT_##name,
    WEBSHOP_TEXT_MAP(X)
#undef X
        TEXTS
};

/* All of them, by number. */
extern const struct html_text webshop_texts[TEXTS];
/* Static, UTF-8, never NULL. */
const char *webshop_text(enum webshop_text text, enum webshop_language language);

const char *webshop_fault_code(enum webshop_fault fault); /* "BAD_SIGNATURE"; "" of WEBSHOP_SOUND */

#endif
