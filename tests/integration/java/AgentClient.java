// AgentClient.java - an agent's system on JAX-WS, as the field has them: ports by Service.create and
// getPort, a handler that signs requests with the JDK's XML-DSig and verifies answers after an
// exclusive C14N of the whole. Compiled against what wsimport makes of the node's own WSDLs.
//
// AgentClient BASE-URL KEY.der NODE-PUBLIC.der HASH REPEAT-MS: does a few calls, and prints a line
// "what=value" of each answer.

import com.sun.org.apache.xml.internal.security.c14n.Canonicalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Collections;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.soap.SOAPEnvelope;
import javax.xml.soap.SOAPHeader;
import javax.xml.transform.dom.DOMSource;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Service;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import javax.xml.ws.soap.SOAPFaultException;
import kz.allpay.cashin.CashInTransactionManagementV11;
import kz.allpay.cashout.CashOutTransactionManagementV11;
import kz.allpay.old.TransactionManagementV10;
import kz.allpay.tm.TransactionManagementV11;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class AgentClient {
    static final String ALLPAY = "https://allpay.kz";
    static final String LOGIN = "72222222221";
    static final String CLIENT = "77072734954";
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    static class Signatures implements SOAPHandler<SOAPMessageContext> {
        final XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        final PrivateKey key;
        final PublicKey node;
        final String hash;
        String digest;

        Signatures(PrivateKey key, PublicKey node, String hash) {
            this.key = key;
            this.node = node;
            this.hash = hash;
        }

        @Override
        public boolean handleMessage(SOAPMessageContext context) {
            try {
                if ((Boolean) context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY)) {
                    sign(context);
                } else {
                    verify(context);
                }
                return true;
            } catch (Exception error) {
                throw new RuntimeException(error);
            }
        }

        void sign(SOAPMessageContext context) throws Exception {
            SOAPEnvelope envelope = context.getMessage().getSOAPPart().getEnvelope();
            SOAPHeader header = envelope.getHeader() == null ? envelope.addHeader()
                    : envelope.getHeader();
            header.addChildElement("certificateNumber", "", ALLPAY).addTextNode("1");
            Document document = canonical(context);
            Element parent = (Element) document.getElementsByTagNameNS(
                    header.getNamespaceURI(), "Header").item(0);
            boolean modern = hash.equals("sha256");
            Reference reference = factory.newReference("",
                    factory.newDigestMethod(modern ? "http://www.w3.org/2001/04/xmlenc#sha256"
                            : "http://www.w3.org/2000/09/xmldsig#sha1", null),
                    List.of(factory.newTransform(Transform.ENVELOPED,
                            (TransformParameterSpec) null)), null, null);
            SignedInfo info = factory.newSignedInfo(
                    factory.newCanonicalizationMethod(
                            CanonicalizationMethod.EXCLUSIVE_WITH_COMMENTS,
                            (C14NMethodParameterSpec) null),
                    factory.newSignatureMethod(
                            modern ? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
                                    : "http://www.w3.org/2000/09/xmldsig#rsa-sha1", null),
                    List.of(reference));
            factory.newXMLSignature(info, null).sign(new DOMSignContext(key, parent));
            context.getMessage().getSOAPPart().setContent(new DOMSource(document));
            digest = text(document, XMLSignature.XMLNS, "DigestValue");
        }

        // The message in its exclusive canonical form: what SAAJ keeps is not what it writes.
        static Document canonical(SOAPMessageContext context) throws Exception {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS)
                    .canonicalizeSubtree(context.getMessage().getSOAPPart().getEnvelope(), bytes);
            DocumentBuilderFactory builder = DocumentBuilderFactory.newInstance();
            builder.setNamespaceAware(true);
            return builder.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(bytes.toByteArray()));
        }

        void verify(SOAPMessageContext context) throws Exception {
            Document document = canonical(context);
            NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
            if (found.getLength() != 1) {
                throw new IllegalStateException(found.getLength() + " signatures");
            }
            DOMValidateContext validate = new DOMValidateContext(node, found.item(0));
            // A current JDK takes SHA-1 only when it is told to, as the field's older one does.
            validate.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
            if (!factory.unmarshalXMLSignature(validate).validate(validate)) {
                throw new IllegalStateException("the answer does not verify");
            }
            String told = text(document, ALLPAY, "requestDsig");
            if (!told.equals(digest)) {
                throw new IllegalStateException("requestDsig is " + told + ", not " + digest);
            }
        }

        static String text(Document document, String namespace, String name) {
            return ((Element) document.getElementsByTagNameNS(namespace, name).item(0))
                    .getTextContent();
        }

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            return true;
        }

        @Override
        public void close(MessageContext context) {
        }

        @Override
        public Set<QName> getHeaders() {
            return Collections.emptySet();
        }
    }

    static XMLGregorianCalendar now() throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(new GregorianCalendar());
    }

    static <T> T port(String url, String namespace, String service, Class<T> type,
            Signatures signatures) throws Exception {
        T port = Service.create(new URL(url + "?wsdl"), new QName(namespace, service))
                .getPort(type);
        ((BindingProvider) port).getBinding().setHandlerChain(List.of(signatures));
        return port;
    }

    static void say(String what, Object value) {
        OUT.println(what + "=" + value);
    }

    static void cashIn(CashInTransactionManagementV11 port, long repeatMs) throws Exception {
        kz.allpay.cashin.RequestHeader header = new kz.allpay.cashin.RequestHeader();
        header.setLang(kz.allpay.cashin.Lang.KK);
        header.setTimestamp(now());
        header.setRequester(LOGIN);
        kz.allpay.cashin.CheckUserRequest question = new kz.allpay.cashin.CheckUserRequest();
        question.setHeader(header);
        question.setUserName(CLIENT);
        kz.allpay.cashin.UserAnswer user = port.checkUser(question);
        say("message", user.getHeader().getUserMessage());
        say("name", user.getBasicUserInfo().getFirstName());
        kz.allpay.cashin.CashInRequest request = new kz.allpay.cashin.CashInRequest();
        request.setHeader(header);
        request.setToUserName(CLIENT);
        request.setAmount(new BigDecimal("100"));
        request.setGUID(UUID.randomUUID().toString());
        request.setValueDate(now());
        say("first", port.createCashInPayment(request).getTerminalPaymentTransactionStatus());
        say("early", port.createCashInPayment(request).getTerminalPaymentTransactionStatus());
        Thread.sleep(repeatMs);
        say("repeat", port.createCashInPayment(request).getTerminalPaymentTransactionStatus());
        say("echo", port.echo("Сәлем <&>"));
        question.setUserName("77010000003");
        try {
            port.checkUserAndValidateCashIn(question);
        } catch (SOAPFaultException fault) {
            say("fault", fault.getFault().getFaultString());
            say("detail", fault.getFault().getDetail().getFirstChild().getTextContent());
        }
    }

    static void transactions(TransactionManagementV11 port) throws Exception {
        kz.allpay.tm.RequestHeader header = new kz.allpay.tm.RequestHeader();
        header.setTimestamp(now());
        header.setRequester(LOGIN);
        kz.allpay.tm.CashInRequest request = new kz.allpay.tm.CashInRequest();
        request.setHeader(header);
        request.setToUserName(CLIENT);
        request.setAmount(new BigDecimal("12.34"));
        request.setGUID(UUID.randomUUID().toString());
        kz.allpay.tm.TransactionInfo made =
                port.createCashInTransaction(request).getTransactionInfo();
        say("created", made.getTransactionStatus());
        kz.allpay.tm.CompleteTransactionRequest end = new kz.allpay.tm.CompleteTransactionRequest();
        end.setHeader(header);
        end.setGUID(made.getGUID());
        end.setTransactionId(made.getTransactionId());
        say("ended", port.completeTransaction(end).getTransactionInfo().getTransactionStatus());
    }

    // getPort refuses a port when an operation of its interface is missing.
    static void others(String base, String namespace, Signatures signatures) throws Exception {
        say("old", port(base + "transaction-management/v1.0",
                namespace + "TransactionManagement/1.0", "TransactionManagementService",
                TransactionManagementV10.class, signatures).echo("1.0"));
        say("cashout", port(base + "cash-out-transaction-management/v1.1",
                namespace + "CashOutTransactionManagement/1.1",
                "CashOutTransactionManagementService", CashOutTransactionManagementV11.class,
                signatures).echo("out"));
    }

    public static void main(String[] arguments) throws Exception {
        com.sun.org.apache.xml.internal.security.Init.init();
        KeyFactory keys = KeyFactory.getInstance("RSA");
        PrivateKey key = keys.generatePrivate(
                new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(arguments[1]))));
        PublicKey node = keys.generatePublic(
                new X509EncodedKeySpec(Files.readAllBytes(Path.of(arguments[2]))));
        Signatures signatures = new Signatures(key, node, arguments[3]);
        String base = arguments[0] + "/allpay-public-soap/";
        String namespace = "http://www.allpay.kz/mfs/soap/";
        cashIn(port(base + "cash-in-transaction-management/v1.1",
                namespace + "CashInTransactionManagement/1.1",
                "CashInTransactionManagementService", CashInTransactionManagementV11.class,
                signatures), Long.parseLong(arguments[4]));
        transactions(port(base + "transaction-management/v1.1",
                namespace + "TransactionManagement/1.1", "TransactionManagementService",
                TransactionManagementV11.class, signatures));
        others(base, namespace, signatures);
    }
}
