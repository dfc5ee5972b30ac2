// Longer than 200 lines, as it is data: one name list after the other.
/** Names that ASCII can spell. The earlier a name, the commoner. */
export const GIVEN_NAMES = `maria anna mohammed john jose li fatima david elena ahmed sofia ivan priya james wei aisha peter yuki lucas olga
  thomas ana michael chen mei carlos emma ali laura daniel nadia juan sara raj julia paul amina martin eva hassan clara omar
  andrei lena kofi isabel hiroshi marta victor leila zoe jose lukasz soren francois bjorn jurgen rene noemie nuno asa marta
  chloe ngozi kwame ioana mihai agnieszka piotr katarzyna tomasz jiri petra milan dragana goran mateja luka giulia marco
  chiara ingrid lars sanne pieter aoife ciaran rhys isla tariq zainab sanjay lakshmi arjun anjali minh thuy kenji haruka
  jisoo minjun siti budi tane aroha`

export const FAMILY_NAMES = `garcia silva smith nguyen kim singh muller kowalski popescu ivanov rossi hansen yilmaz cohen tanaka khan dubois
  santos johnson wang petrov nowak jensen fernandez brown sato schmidt lopez novak kumar williams martinez andersson ferrari
  horvath jones hernandez patel park haddad costa papadopoulos wagner moreau gonzalez suzuki davis okafor nielsen wojcik
  sharma perez russo miller ionescu kaya leroy takahashi ferreira wilson virtanen weber ramirez bianchi moore rahman zhang
  pereira taylor petersen bakker becker rodriguez watanabe korhonen hoffmann romano anderson liu torres mensah lefebvre
  demir white choi oliveira kovacs schafer popov eriksson visser rivera harris colombo koch dumitru nakamura diaz makinen
  larsen clark bauer jung morales ricci richter adeyemi lewis smirnov klein girard kobayashi reyes marino wolf stan walker
  demirci ortiz schroder hall nilsson gutierrez greco yang neumann smit allen celik roux chavez schwarz bruno young lindberg
  yamamoto ramos zimmermann gallo king vasiliev meijer braun fontaine ruiz wright conti kruger nieminen scott alvarez
  hofmann deluca green mendoza hartmann sahin mancini adams olsen castillo lange kuznetsov baker vasquez schmitt gheorghe
  costea nelson jimenez werner moretti ito krause hill moreno lehmann barbieri mulder rojas campbell kohler lombardi aydin
  romero schulze mitchell herrera maier giordano olsson gruber medina roberts fuchs rizzo pichler aguilar carter vargas
  huber fontana mayer guzman phillips lang santoro evans salazar dietrich mariani turner vega ziegler munteanu parker kuhn
  castro pohl edwards delgado engel horn collins soto busch bergmann stewart contreras vogt morris pena sauer rogers arnold
  rios wolff guerrero pfeiffer reed lozano abebe cook tesfaye mbeki achieng odhiambo mutua banda moyo dlamini ndlovu
  ferdinandsen grunwald zabransky laszczyk brzeczyszczykiewicz thorvaldsson o-suilleabhain kahananui tuilagi featherstonehaugh`

/** Names beyond ASCII, each as it is written and, after a colon, as it is in an email. Family names of Latin have a letter beyond ASCII. */
type Language = { code: string; weight: number; given: string; family: string; separator: string }

function language(code: string, given: string, family: string, weight = 1, separator = ' '): Language {
  return { code, weight, given, family, separator }
}

// No two languages share a family name, and none makes the name of a sample person. Chinese, Japanese, Korean and Russian come more often, so that some of their characters are common.
export const LANGUAGES: readonly Language[] = [
  language(
    'de',
    'Jürgen:juergen, Jörg:joerg, Käthe:kaethe, Anna:anna, Lukas:lukas, Björn:bjoern',
    'Müller:mueller, Schröder:schroeder, Köhler:koehler, Groß:gross, Jäger:jaeger, Weiß:weiss',
  ),
  language(
    'fr',
    'François:francois, Zoé:zoe, Hélène:helene, Benoît:benoit, Noël:noel, Maëlle:maelle',
    'Lefèvre:lefevre, Béranger:beranger, Lacôte:lacote, D’Amboisé:damboise, Garçon:garcon, Chénier:chenier',
  ),
  language(
    'es',
    'José:jose, María:maria, Íñigo:inigo, Lucía:lucia, Andrés:andres, Begoña:begona',
    'García:garcia, Núñez:nunez, Ibáñez:ibanez, Muñoz:munoz, Rodríguez:rodriguez, Peña:pena',
  ),
  language(
    'pt',
    'João:joao, Antônio:antonio, Conceição:conceicao, Luís:luis, Inês:ines, Tomé:tome',
    'Gonçalves:goncalves, Simões:simoes, Magalhães:magalhaes, Araújo:araujo, Brandão:brandao, Sá:sa',
  ),
  language(
    'pl',
    'Łukasz:lukasz, Małgorzata:malgorzata, Stanisław:stanislaw, Zofia:zofia, Michał:michal, Bożena:bozena',
    'Wójcik:wojcik, Żółć:zolc, Dąbrowski:dabrowski, Kołodziej:kolodziej, Woźniak:wozniak, Łaszczyk:laszczyk',
  ),
  language(
    'cs',
    'Jiří:jiri, Tomáš:tomas, Božena:bozena, Zdeněk:zdenek, Šárka:sarka, Ondřej:ondrej',
    'Dvořák:dvorak, Novák:novak, Černý:cerny, Procházka:prochazka, Kučera:kucera, Řehoř:rehor',
  ),
  language(
    'hu',
    'Márta:marta, László:laszlo, Györgyi:gyorgyi, Ágnes:agnes, Zsófia:zsofia, Ödön:odon',
    'Szabó:szabo, Kovács:kovacs, Tóth:toth, Erdős:erdos, Győri:gyori, Szűcs:szucs',
  ),
  language(
    'sv',
    'Åsa:asa, Sören:soren, Märta:marta, Göran:goran, Ulla:ulla, Östen:osten',
    'Sjöberg:sjoberg, Ångström:angstrom, Lindström:lindstrom, Åkesson:akesson, Hägg:hagg, Björk:bjork',
  ),
  language(
    'nb',
    'Øystein:oystein, Håkon:hakon, Kåre:kare, Ingrid:ingrid, Sølvi:solvi, Bjørn:bjorn',
    'Ødegård:odegard, Sørensen:sorensen, Bakkevåg:bakkevag, Kjær:kjaer, Ås:as, Bråten:braten',
  ),
  language(
    'is',
    'Þórður:thordur, Guðrún:gudrun, Ásdís:asdis, Sigríður:sigridur, Jón:jon, Æsa:aesa',
    'Þorvaldsson:thorvaldsson, Jónsdóttir:jonsdottir, Sæmundsson:saemundsson, Gíslason:gislason, Friðriksson:fridriksson, Örlygsson:orlygsson',
  ),
  language(
    'tr',
    'Çağrı:cagri, Işıl:isil, İbrahim:ibrahim, Gülşen:gulsen, Ömer:omer, Ayşe:ayse',
    'Yılmaz:yilmaz, Öztürk:ozturk, Şahin:sahin, Çelik:celik, Doğan:dogan, Gündüz:gunduz',
  ),
  language(
    'vi',
    'Thị Ánh:thianh, Văn Đức:vanduc, Ngọc:ngoc, Hữu Tiến:huutien, Mỹ Linh:mylinh, Quốc:quoc',
    'Nguyễn:nguyen, Trần:tran, Phạm:pham, Đặng:dang, Bùi:bui, Lê:le',
  ),
  language(
    'ro',
    'Ștefan:stefan, Ioana:ioana, Cătălin:catalin, Mădălina:madalina, Răzvan:razvan, Anișoara:anisoara',
    'Brâncuși:brancusi, Țepeș:tepes, Mureșan:muresan, Bălan:balan, Rîșcanu:riscanu, Șerban:serban',
  ),
  language(
    'el',
    'Ελένη:eleni, Γιώργος:giorgos, Νίκος:nikos, Αθηνά:athina, Θεόδωρος:theodoros, Χρήστος:christos',
    'Παπαδόπουλος:papadopoulos, Γεωργίου:georgiou, Νικολαΐδης:nikolaidis, Καζαντζάκης:kazantzakis, Ωραιοπούλου:oraiopoulou, Ξένος:xenos',
  ),
  language(
    'ru',
    'Дмитрий:dmitri, Анна:anna, Сергей:sergei, Наталья:natalya, Фёдор:fyodor, Ольга:olga',
    'Петров:petrov, Смирнов:smirnov, Кузнецов:kuznetsov, Соловьёв:solovyov, Щербаков:shcherbakov, Попов:popov',
    3,
  ),
  language(
    'uk',
    'Олена:olena, Андрій:andriy, Їжакевич:yizhakevych, Тарас:taras, Євген:yevhen, Ганна:hanna',
    'Шевченко:shevchenko, Коваленко:kovalenko, Бондаренко:bondarenko, Ґудзь:gudz, Ткачук:tkachuk, Гнатюк:hnatyuk',
  ),
  language(
    'sr',
    'Милица:milica, Ђорђе:djordje, Никола:nikola, Љубица:ljubica, Јован:jovan, Живко:zivko',
    'Јовановић:jovanovic, Петровић:petrovic, Ђоковић:djokovic, Његош:njegos, Чоловић:colovic, Џајић:dzajic',
  ),
  language(
    'hy',
    'Հայկ:hayk, Անահիտ:anahit, Արամ:aram, Նարե:nare, Գրիգոր:grigor, Լուսինե:lusine',
    'Պետրոսյան:petrosyan, Հակոբյան:hakobyan, Սարգսյան:sargsyan, Խաչատրյան:khachatryan, Գրիգորյան:grigoryan, Ղազարյան:ghazaryan',
  ),
  language(
    'ka',
    'ნინო:nino, გიორგი:giorgi, თამარ:tamar, ლევან:levan, ქეთევან:ketevan, ზურაბ:zurab',
    'ბერიძე:beridze, მაისურაძე:maisuradze, კაპანაძე:kapanadze, ჩხეიძე:chkheidze, წერეთელი:tsereteli, ჯაფარიძე:japaridze',
  ),
  language(
    'he',
    'משה:moshe, שרה:sara, יוסף:yosef, רחל:rachel, אברהם:avraham, נועה:noa',
    'כהן:cohen, לוי:levi, מזרחי:mizrahi, פרץ:peretz, ביטון:biton, דהן:dahan',
  ),
  language(
    'ar',
    'محمد:mohammed, فاطمة:fatima, أحمد:ahmed, مريم:maryam, علي:ali, ليلى:layla',
    'السيد:sayed, الحسن:hassan, المصري:masri, العلي:alali, الخطيب:khatib, القاسم:qasim',
  ),
  language(
    'fa',
    'رضا:reza, زهرا:zahra, حسین:hossein, مهدی:mehdi, پریسا:parisa, کیان:kian',
    'محمدی:mohammadi, حسینی:hosseini, کریمی:karimi, رضایی:rezaei, گلستانی:golestani, جعفری:jafari',
  ),
  language(
    'hi',
    'अनन्या:ananya, राहुल:rahul, ज़ाकिर:zakir, प्रिया:priya, अर्जुन:arjun, लक्ष्मी:lakshmi',
    'शुक्ला:shukla, वर्मा:verma, गुप्ता:gupta, सिंह:singh, मिश्रा:mishra, पाण्डेय:pandey',
  ),
  language(
    'bn',
    'রবীন্দ্র:rabindra, সুচিত্রা:suchitra, অমিত:amit, মৌসুমী:mousumi, শেখ:sheikh, তাসনিম:tasnim',
    'চট্টোপাধ্যায়:chatterjee, রায়:ray, দাস:das, সেন:sen, বড়ুয়া:barua, হোসেন:hossain',
  ),
  language(
    'pa',
    'ਗੁਰਪ੍ਰੀਤ:gurpreet, ਹਰਜੀਤ:harjit, ਸ਼ਰਨ:sharan, ਮਨਪ੍ਰੀਤ:manpreet, ਜਸਵਿੰਦਰ:jaswinder, ਬਲਜੀਤ:baljit',
    'ਸਿੰਘ:singh, ਕੌਰ:kaur, ਗਿੱਲ:gill, ਸੰਧੂ:sandhu, ਢਿੱਲੋਂ:dhillon, ਬਰਾੜ:brar',
  ),
  language(
    'ta',
    'முருகன்:murugan, கவிதா:kavitha, சரவணன்:saravanan, மீனா:meena, கொற்றவை:kotravai, செல்வம்:selvam',
    'சுப்பிரமணியன்:subramanian, இராமன்:raman, நடராஜன்:natarajan, அண்ணாமலை:annamalai, பெருமாள்:perumal, சௌந்தர்:sounder',
  ),
  language(
    'te',
    'లక్ష్మి:lakshmi, వెంకట:venkata, శ్రీనివాస్:srinivas, సీత:sita, రాము:ramu, పద్మ:padma',
    'రెడ్డి:reddy, నాయుడు:naidu, రావు:rao, చౌదరి:chowdary, శాస్త్రి:sastry, వర్మ:varma',
  ),
  language(
    'th',
    'สมชาย:somchai, มาลี:malee, ประเสริฐ:prasert, นภา:napa, กิตติ:kitti, สุดา:suda',
    'ใจดี:jaidee, ศรีสุข:srisuk, ทองคำ:thongkham, วงศ์ใหญ่:wongyai, บุญมี:boonmee, น้ำทิพย์:namthip',
  ),
  language(
    'my',
    'အောင်ဆန်း:aungsan, စုစု:susu, ကျော်:kyaw, ခင်:khin, သီတာ:thida, မင်း:min',
    'ဦးသန့်:uthant, လှမြင့်:hlamyint, ဝင်းနိုင်:winnaing, သန်းထွန်း:thantun, ဇော်ဝင်း:zawwin, မြတ်နိုး:myatnoe',
  ),
  language(
    'km',
    'សុខា:sokha, ធារ៉ា:thara, បុប្ផា:bopha, វិចិត្រ:vichet, ចន្ទា:chantha, រតនា:rattana',
    'ហ៊ុន:hun, ស៊ីសុវត្ថិ:sisowath, នរោត្តម:norodom, ជា:chea, ឡុង:long, កែវ:keo',
  ),
  language(
    'am',
    'አበበ:abebe, ትዕግስት:tigist, ሃይለ:haile, ሰላም:selam, ዳዊት:dawit, ፍቅር:fikir',
    'ተስፋዬ:tesfaye, ገብረ:gebre, በቀለ:bekele, ወልደ:wolde, መኮንን:mekonnen, ታደሰ:tadesse',
  ),
  language(
    'zh',
    '小华:xiaohua, 明华:minghua, 丽:li, 伟明:weiming, 明慧:minghui, 明:ming, 强:qiang, 静:jing',
    '王:wang, 李:li, 张:zhang, 刘:liu, 陈:chen, 杨:yang, 赵:zhao, 欧阳:ouyang',
    18,
    '',
  ),
  language(
    'ja',
    '明子:akiko, さくら:sakura, 太郎:taro, 健一:kenichi, ユキ:yuki, 陽菜:hina',
    '佐藤:sato, 鈴木:suzuki, 高橋:takahashi, 渡邉:watanabe, 小林:kobayashi, 佐々木:sasaki',
    4,
    '',
  ),
  language(
    'ko',
    '도윤:doyun, 서연:seoyeon, 하나:hana, 지우:jiwoo, 영수:youngsoo, 예은:yeeun',
    '김:kim, 이:lee, 박:park, 최:choi, 정:jung, 강:kang',
    4,
    '',
  ),
]
