/* refusals.h - what the agents' SOAP API says to people: why a request is refused, and what became
 * of one that is not, in Russian, English and Kazakh. Constants; any thread.
 *
 * A text is for the person at the terminal: what is wrong and what to do next. The stable code, for
 * programs, is the refusal's name: DUPLICATE_RRN. Codes are never renamed. */
#ifndef PROTOCOLS_AGENT_SOAP_REFUSALS_H
#define PROTOCOLS_AGENT_SOAP_REFUSALS_H

#include "ledger/ledger.h"
#include "protocols/agent_soap/soap.h"

/* In the order of the checks. X(CODE, "ru", "en", "kk") */
/* clang-format off */
#define SOAP_REFUSAL_MAP(X) \
    /* the message */ \
    X(NODE_BUSY, \
      "Система перегружена. Повторите тот же запрос через несколько секунд.", \
      "The system is busy. Repeat the same request in a few seconds.", \
      "Жүйе қазір бос емес. Дәл сол сұрауды бірнеше секундтан кейін қайталаңыз.") \
    X(BAD_XML, \
      "Запрос не является допустимым XML. Обратитесь в службу поддержки.", \
      "The request is not XML that is accepted here. Contact support.", \
      "Сұрау рұқсат етілген XML емес. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_ENVELOPE, \
      "Запрос не является сообщением SOAP 1.1. Обратитесь в службу поддержки.", \
      "The request is not a SOAP 1.1 message. Contact support.", \
      "Сұрау SOAP 1.1 хабарламасы емес. Қолдау қызметіне хабарласыңыз.") \
    X(UNKNOWN_OPERATION, \
      "Такой операции у этой службы нет. Обратитесь в службу поддержки.", \
      "This service has no such operation. Contact support.", \
      "Бұл қызметте мұндай операция жоқ. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_REQUEST, \
      "Поля запроса не те, что у этой операции. Обратитесь в службу поддержки.", \
      "The request's fields are not those of this operation. Contact support.", \
      "Сұраудың өрістері бұл операцияға сәйкес емес. Қолдау қызметіне хабарласыңыз.") \
    /* who sends it */ \
    X(CERTIFICATE_NUMBER_MISSING, \
      "В запросе нет номера ключа certificateNumber. Обратитесь в службу поддержки.", \
      "The request does not say certificateNumber, its key's number. Contact support.", \
      "Сұрауда certificateNumber кілтінің нөмірі жоқ. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_SIGNATURE, \
      "Подпись запроса не принята. Обратитесь в службу поддержки.", \
      "The request's signature is not accepted. Contact support.", \
      "Сұраудың қолтаңбасы қабылданбады. Қолдау қызметіне хабарласыңыз.") \
    X(AGENT_BLOCKED, \
      "Агент заблокирован. Обратитесь к оператору системы.", \
      "The agent is blocked. Contact the system's operator.", \
      "Агент бұғатталған. Жүйе операторына хабарласыңыз.") \
    X(PRIVILEGE_MISSING, \
      "Эта операция агенту не разрешена. Обратитесь к оператору системы.", \
      "The agent may not use this operation. Contact the system's operator.", \
      "Агентке бұл операцияға рұқсат жоқ. Жүйе операторына хабарласыңыз.") \
    X(NO_NODE_KEY, \
      "Система ещё не может подписывать ответы. Повторите запрос позже.", \
      "The system cannot sign its answers yet. Repeat the request later.", \
      "Жүйе жауаптарға әлі қол қоя алмайды. Сұрауды кейінірек қайталаңыз.") \
    /* its fields */ \
    X(BAD_TIMESTAMP, \
      "Неверное время запроса timestamp. Проверьте часы терминала.", \
      "The request's timestamp is not a date and time. Check the terminal's clock.", \
      "Сұраудың timestamp уақыты қате. Терминалдың сағатын тексеріңіз.") \
    X(BAD_USER_NAME, \
      "Неверный номер телефона. Введите от 8 до 11 цифр с кодом страны, например 77071234567.", \
      "The phone number is wrong. Enter 8 to 11 digits with the country code: 77071234567.", \
      "Телефон нөмірі қате. Ел кодымен бірге 8-11 цифр енгізіңіз, мысалы 77071234567.") \
    X(BAD_AMOUNT, \
      "Неверная сумма. Введите сумму больше нуля, не более двух знаков после точки.", \
      "The amount is wrong. Enter one above zero, with at most two decimals.", \
      "Сома қате. Нөлден үлкен, нүктеден кейін екі таңбадан аспайтын сома енгізіңіз.") \
    X(BAD_GUID, \
      "Неверный номер платежа GUID. Обратитесь в службу поддержки.", \
      "The payment's GUID is wrong. Contact support.", \
      "Төлемнің GUID нөмірі қате. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_RRN, \
      "Неверный номер платежа rrn. Обратитесь в службу поддержки.", \
      "The payment's rrn is wrong. Contact support.", \
      "Төлемнің rrn нөмірі қате. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_DATE, \
      "Неверная дата платежа. Проверьте дату и время терминала.", \
      "The payment's date is wrong. Check the terminal's date and time.", \
      "Төлем күні қате. Терминалдың күні мен уақытын тексеріңіз.") \
    X(BAD_TOKEN, \
      "Код подтверждения состоит из 6 цифр. Введите его ещё раз.", \
      "A confirmation code has 6 digits. Enter it again.", \
      "Растау коды 6 цифрдан тұрады. Оны қайта енгізіңіз.") \
    X(BAD_TERMINAL_ID, \
      "Неверный номер терминала terminalId. Обратитесь в службу поддержки.", \
      "The terminal's number terminalId is wrong. Contact support.", \
      "Терминалдың terminalId нөмірі қате. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_TRANSACTION_ID, \
      "Неверный номер транзакции transactionId. Обратитесь в службу поддержки.", \
      "The transaction's number transactionId is wrong. Contact support.", \
      "Транзакцияның transactionId нөмірі қате. Қолдау қызметіне хабарласыңыз.") \
    X(BAD_SERVICE_CODE, \
      "Неверный код услуги. Выберите услугу ещё раз.", \
      "The service's code is wrong. Choose the service again.", \
      "Қызмет коды қате. Қызметті қайта таңдаңыз.") \
    X(BAD_UTILITY_ACCOUNT, \
      "Неверный номер лицевого счёта. Проверьте его и введите ещё раз.", \
      "The utility account number is wrong. Check it and enter it again.", \
      "Дербес шот нөмірі қате. Оны тексеріп, қайта енгізіңіз.") \
    X(AMOUNT_TOO_LARGE, \
      "Сумма больше разрешённой для одного платежа. Введите меньшую сумму.", \
      "The amount is above the largest one of a payment. Enter a smaller one.", \
      "Сома бір төлемге рұқсат етілгеннен көп. Азырақ сома енгізіңіз.") \
    /* whom it concerns */ \
    X(SERVICE_NOT_FOUND, \
      "Услуги с этим кодом нет. Выберите другую услугу.", \
      "There is no service with this code. Choose another one.", \
      "Бұл кодпен қызмет жоқ. Басқа қызметті таңдаңыз.") \
    X(SERVICE_UNAVAILABLE, \
      "Оплата этой услуги сейчас недоступна. Повторите позже или выберите другую услугу.", \
      "This service cannot be paid for now. Try later, or choose another one.", \
      "Бұл қызметке қазір төлеу мүмкін емес. Кейінірек қайталаңыз немесе басқа қызметті таңдаңыз.") \
    X(PROVIDER_REFUSED, \
      "Поставщик услуги не принимает этот лицевой счёт. Проверьте номер счёта.", \
      "The service's provider does not accept this account. Check its number.", \
      "Қызмет провайдері бұл дербес шотты қабылдамайды. Шот нөмірін тексеріңіз.") \
    X(PROVIDER_SILENT, \
      "Поставщик услуги не отвечает. Деньги не списаны. Повторите позже.", \
      "The service's provider does not answer. No money was moved. Try later.", \
      "Қызмет провайдері жауап бермей тұр. Ақша алынған жоқ. Кейінірек қайталаңыз.") \
    X(BELOW_MINIMUM, \
      "Сумма меньше наименьшей для этой услуги. Введите большую сумму.", \
      "The amount is below the least one of this service. Enter a larger one.", \
      "Сома бұл қызмет үшін ең аз сомадан кем. Көбірек сома енгізіңіз.") \
    X(ABOVE_MAXIMUM, \
      "Сумма больше наибольшей для этой услуги. Введите меньшую сумму.", \
      "The amount is above the largest one of this service. Enter a smaller one.", \
      "Сома бұл қызмет үшін ең көп сомадан асады. Азырақ сома енгізіңіз.") \
    X(DUPLICATE_RRN, \
      "Платёж с этим номером уже есть, с другими данными. Начните новый платёж.", \
      "There is a payment with this number and other data. Start a new payment.", \
      "Бұл нөмірмен басқа деректері бар төлем жасалған. Жаңа төлем бастаңыз.") \
    X(CLIENT_NOT_FOUND, \
      "Клиента с этим номером нет. Проверьте номер телефона.", \
      "There is no client with this number. Check the phone number.", \
      "Бұл нөмірмен клиент тіркелмеген. Телефон нөмірін тексеріңіз.") \
    X(CLIENT_BLOCKED, \
      "Кошелёк клиента заблокирован. Клиенту следует обратиться в службу поддержки.", \
      "The client's wallet is blocked. The client should contact support.", \
      "Клиенттің әмияны бұғатталған. Клиент қолдау қызметіне хабарласуы керек.") \
    X(TERMINAL_NOT_FOUND, \
      "Терминал с этим номером не зарегистрирован. Обратитесь в службу поддержки.", \
      "There is no terminal with this number. Contact support.", \
      "Бұл нөмірмен терминал тіркелмеген. Қолдау қызметіне хабарласыңыз.") \
    X(TERMINAL_BLOCKED, \
      "Терминал заблокирован. Оплатите на другом терминале.", \
      "The terminal is blocked. Pay at another one.", \
      "Терминал бұғатталған. Басқа терминалда төлеңіз.") \
    X(MERCHANT_BLOCKED, \
      "Магазин заблокирован. Обратитесь в службу поддержки.", \
      "The merchant is blocked. Contact support.", \
      "Дүкен бұғатталған. Қолдау қызметіне хабарласыңыз.") \
    X(FEE_EXCEEDS_AMOUNT, \
      "Комиссия не меньше суммы платежа. Введите большую сумму.", \
      "The fee is not below the amount. Enter a larger one.", \
      "Комиссия төлем сомасынан кем емес. Көбірек сома енгізіңіз.") \
    /* the ledger */ \
    X(TRANSACTION_NOT_FOUND, \
      "Транзакции с этими GUID и transactionId нет. Проверьте номера.", \
      "There is no transaction with this GUID and transactionId. Check both.", \
      "Бұл GUID және transactionId бойынша транзакция жоқ. Нөмірлерді тексеріңіз.") \
    X(ALREADY_COMPLETED, \
      "Транзакция уже завершена, отменить её нельзя. Обратитесь в службу поддержки.", \
      "The transaction is completed and cannot be declined. Contact support.", \
      "Транзакция аяқталған, одан бас тартуға болмайды. Қолдау қызметіне хабарласыңыз.") \
    X(ALREADY_DECLINED, \
      "Транзакция уже отменена, завершить её нельзя. Начните новую.", \
      "The transaction is declined and cannot be completed. Start a new one.", \
      "Транзакциядан бас тартылған, оны аяқтауға болмайды. Жаңасын бастаңыз.") \
    X(AT_PROVIDER, \
      "Платёж передан поставщику услуги. Дождитесь его ответа.", \
      "The payment is with the service's provider. Wait for the answer.", \
      "Төлем қызмет жеткізушіге берілді. Оның жауабын күтіңіз.") \
    X(NO_HOLD, \
      "Деньги для этой транзакции ещё не удержаны. Пополните счёт и повторите запрос.", \
      "No money is held for this transaction yet. Top the account up and repeat the request.", \
      "Бұл транзакция үшін ақша әлі ұсталмады. Шотты толтырып, сұрауды қайталаңыз.") \
    X(ACCOUNT_NOT_FOUND, \
      "Счёт одной из сторон не открыт. Обратитесь в службу поддержки.", \
      "The account of one of the parties is not open. Contact support.", \
      "Тараптардың бірінің шоты ашылмаған. Қолдау қызметіне хабарласыңыз.") \
    X(ACCOUNT_CLOSED, \
      "Счёт одной из сторон закрыт. Обратитесь в службу поддержки.", \
      "The account of one of the parties is closed. Contact support.", \
      "Тараптардың бірінің шоты жабылған. Қолдау қызметіне хабарласыңыз.") \
    X(ACCOUNT_FROZEN, \
      "Счёт одной из сторон заморожен. Обратитесь в службу поддержки.", \
      "The account of one of the parties is frozen. Contact support.", \
      "Тараптардың бірінің шоты уақытша тоқтатылған. Қолдау қызметіне хабарласыңыз.") \
    X(TOKEN_WRONG, \
      "Неверный код подтверждения. Проверьте код и введите его ещё раз.", \
      "The confirmation code is wrong. Check it and enter it again.", \
      "Растау коды қате. Кодты тексеріп, қайта енгізіңіз.") \
    X(TOKEN_EXPIRED, \
      "Срок действия кода истёк. Клиенту следует получить новый код.", \
      "The confirmation code is out of date. The client should get a new one.", \
      "Кодтың мерзімі өтіп кетті. Клиент жаңа код алуы керек.") \
    X(TOKEN_BURNT, \
      "Код уже использован или заблокирован. Клиенту следует получить новый код.", \
      "The confirmation code is used or blocked. The client should get a new one.", \
      "Код пайдаланылған немесе бұғатталған. Клиент жаңа код алуы керек.") \
    X(OVER_CEILING, \
      "Остаток кошелька превысит разрешённый. Внесите меньшую сумму или пройдите идентификацию.", \
      "The wallet would hold more than it may. Pay in a smaller amount or get identified.", \
      "Әмияндағы қалдық рұқсат етілгеннен асады. Азырақ сома салыңыз немесе сәйкестендіруден өтіңіз.") \
    X(OVER_DAY_LIMIT, \
      "Превышен лимит операций за день. Введите меньшую сумму или повторите завтра.", \
      "The limit of the day would be passed. Enter a smaller amount or come back tomorrow.", \
      "Күндік операциялар лимитінен асады. Азырақ сома енгізіңіз немесе ертең қайталаңыз.") \
    X(OVER_MONTH_LIMIT, \
      "Превышен лимит операций за месяц. Введите меньшую сумму или повторите в следующем месяце.", \
      "The limit of the month would be passed. Enter a smaller amount or come back next month.", \
      "Айлық операциялар лимитінен асады. Азырақ сома енгізіңіз немесе келесі айда қайталаңыз.") \
    X(INSUFFICIENT_FUNDS, \
      "На счёте плательщика не хватает денег. Пополните счёт или введите меньшую сумму.", \
      "The payer's account has not enough money. Top it up or enter a smaller amount.", \
      "Төлеушінің шотында ақша жеткіліксіз. Шотты толтырыңыз немесе азырақ сома енгізіңіз.") \
    /* the machine */ \
    X(OUTCOME_UNKNOWN, \
      "Результат пока неизвестен. Повторите тот же запрос.", \
      "The outcome is not known yet. Repeat the same request.", \
      "Нәтиже әзірге белгісіз. Дәл сол сұрауды қайталаңыз.") \
    X(INTERNAL, \
      "Внутренняя ошибка системы. Повторите тот же запрос позже.", \
      "The system has a fault of its own. Repeat the same request later.", \
      "Жүйенің ішкі қатесі. Дәл сол сұрауды кейінірек қайталаңыз.")

/* What is said of requests that were carried out. X(NAME, "ru", "en", "kk") */
#define SOAP_MESSAGE_MAP(X) \
    X(DONE, \
      "Запрос выполнен.", \
      "The request was carried out.", \
      "Сұрау орындалды.") \
    X(CLIENT_ABSENT, \
      "Клиента с этим номером нет.", \
      "There is no client with this number.", \
      "Бұл нөмірмен клиент тіркелмеген.") \
    X(POSSIBLE, \
      "Операция возможна.", \
      "The operation is possible.", \
      "Операцияны орындауға болады.") \
    X(PENDING, \
      "Платёж принят. Повторите запрос, чтобы завершить его.", \
      "The payment is accepted. Repeat the request to complete it.", \
      "Төлем қабылданды. Оны аяқтау үшін сұрауды қайталаңыз.") \
    X(AT_PROVIDER, \
      "Платёж принят и передаётся поставщику услуги. Повторите запрос, чтобы узнать результат.", \
      "The payment is accepted and goes to the provider. Repeat the request to learn the outcome.", \
      "Төлем қабылданды, қызмет провайдеріне жіберілуде. Нәтижесін білу үшін сұрауды қайталаңыз.") \
    X(WAITING, \
      "Платёж принят и ждёт денег на счёте агента. Пополните счёт и повторите запрос.", \
      "The payment is accepted and waits for the agent's money. Top up and repeat the request.", \
      "Төлем қабылданды, агент шотындағы ақшаны күтуде. Шотты толтырып, сұрауды қайталаңыз.") \
    X(HELD, \
      "Деньги удержаны. Завершите или отмените транзакцию.", \
      "The money is held. Complete or decline the transaction.", \
      "Ақша ұсталды. Транзакцияны аяқтаңыз немесе одан бас тартыңыз.") \
    X(COMPLETED, \
      "Платёж проведён.", \
      "The payment is completed.", \
      "Төлем жүргізілді.") \
    X(DECLINED, \
      "Платёж отклонён.", \
      "The payment is declined.", \
      "Төлем қабылданбады.")
/* clang-format on */

enum soap_refusal {
#define X(code, ru, en, kk) SOAP_REFUSED_##code,
    SOAP_REFUSAL_MAP(X)
#undef X
        SOAP_REFUSALS
};

enum soap_message {
#define X(name, ru, en, kk) SOAP_SAYS_##name,
    SOAP_MESSAGE_MAP(X)
#undef X
        SOAP_MESSAGES
};

/* faultstrings that are the same in all languages. PRIVILEGE: the privilege's name, the login. */
#define SOAP_FAULT_CERTIFICATE "Header " SOAP_HEADER_NAMESPACE " certificateNumber not provided"
#define SOAP_FAULT_SIGNATURE "Sign Error: bad sign or authorization token"
#define SOAP_FAULT_PRIVILEGE "Privilege %s not found for user %llu"

/* Static texts, UTF-8, never NULL. */
const char *soap_text(enum soap_refusal refusal, enum soap_language language);
const char *soap_says(enum soap_message message, enum soap_language language);
const char *soap_code(enum soap_refusal refusal); /* "DUPLICATE_RRN" */

/* What a ledger's refusal is for an agent. A status that is none, or that no well-made command gets
 * (BAD_LEGS), is INTERNAL. Another requester's payment is told as one that is not there. */
enum soap_refusal soap_refusal_of(enum ledger_status status);

#endif
