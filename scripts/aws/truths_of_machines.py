"""O que a AWS diz das instâncias, dos discos e dos bancos relacionais."""

from __future__ import annotations

from scripts.aws.truths import AWS, CHARGED, FREE, NEVER, PRICES, TIER, Truth

NO_BREAK = r"(?:(?!\b(?:não|nem|nunca|jamais|mas|menos|exceto|salvo)\b)[^.;])*?"
READS = (r"(?:atend|serv|receb|respond|aceit|divid|repart|absorv|distribu)\w*\s+(?:\w+\s+){0,4}?(?:leituras?|consultas?|relatórios?)\b"
         r"|\b(?:leituras?|consultas?|relatórios?)\b[^.;,]{0,40}\b(?:atendid|servid|respondid|dividid)\w+|\balivi\w+|\bajuda\w* a ler\b"
         r"|\bdivid\w+ (?:a carga|o trabalho|o tráfego)|\b(?:acelera|melhora)\w* (?:\w+ )?(?:leituras?|desempenho|consultas?)\b|\blê(?:-se)? d[oa]\b")
STANDBY = r"\bem espera\b|\bstandby\b|\bcópia síncrona\b|\bsegunda cópia\b|\bMulti-AZ\b"
NOT_STANDBY = r"\bprimári\w+|\bréplicas?\b|\bsnapshots?\b|\bclusters?\b"
STOPPED = r"\b(?:parar|parad[ao]|pare|desligar|desligad[ao]|parando)\b"
MACHINES = (
    Truth("o banco em espera de uma instância Multi-AZ não atende leituras", "em_espera standby cópia_ multi-az",
          "leitura consulta relatório alivi ajuda divid acelera melhora lê", STANDBY, NOT_STANDBY, r"\bcluster\b", ((READS, False),),
          f"{AWS}/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"),
    Truth("o banco em espera recebe cada gravação de forma síncrona, e fica em outra zona", "em_espera standby multi-az",
          "síncron mesma_zona outra_zona segunda_zona outra_região", STANDBY, r"\bréplicas?\b|\bsnapshots?\b|\bfunç\w+",
          r"\bcluster\b|\bréplicas? de leitura\b", ((r"\bassíncron\w+", False), (r"(?<!as)\bsíncron\w+", True), (r"\b(?:na|da) mesma zona\b", False),
          (r"\bem outra região\b", False), (r"\b(?:na|em) (?:outra|segunda) zona\b", True)),
          f"{AWS}/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"),
    Truth("a troca para o banco em espera é automática, embora se possa forçá-la ao reiniciar", "em_espera standby multi-az",
          "à_mão manual promov", STANDBY, NOT_STANDBY, r"\bforç\w+|\breinici\w+|\btambém\b",
          ((r"\b(?:promov\w+|troc\w+|assum\w+)\b[^.;,]*\b(?:à mão|manualmente)\b|\bvocê (?:precisa|tem de) promov\w+", False),),
          f"{AWS}/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html"),
    Truth("o banco em espera não é um backup: quem volta a um ponto do passado é o backup", "em_espera standby multi-az", "backup snapshot",
          STANDBY, NOT_STANDBY, NEVER,
          ((r"\bé (?:um |o )?backup\b|\b(?:substitu|dispens)\w+ (?:o|os) (?:backups?|snapshots?)\b", False),),
          f"{AWS}/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html"),
    Truth("uma réplica de leitura, que não a montada, atende leituras, e recebe as gravações de forma assíncrona", "de_leitura",
          "síncron leitura consulta relatório alivi divid", r"\bréplicas? de leitura\b", r"\bem espera\b|\bMulti-AZ\b|\bstandby\b|\bprimári\w+",
          r"\bcluster\b|\bmontad\w+|\bAurora\b", ((r"(?<!as)\bsíncron\w+", False), (r"\bassíncron\w+", True), (READS, True)),
          f"{AWS}/AmazonRDS/latest/UserGuide/USER_ReadRepl.html"),
    Truth("parar uma instância do EC2 interrompe a cobrança do uso dela, e não a dos volumes nem a de outro serviço", "parar parad deslig",
          "cobr pag cust tarif", STOPPED, NEVER, r"\bbanco parado\b|\b(?:parar|pare|parando|desligar) (?:o|um|esse) (?:banco|RDS)\b",
          ((r"\b(?:interromp|suspend|par[ae]|encerr|zer|cort|elimin|paus|acab)\w*\s+(?:\w+\s+){0,3}?cobrança\b" + NO_BREAK
          + r"\bd[oa]s? (?:\w+ ){0,2}?(?:volumes?|discos?|EBS|armazenamento|banco|RDS|balanceador|NAT|segredo|backups?|snapshots?|elástico)\b",
          False), (r"\b(?:volumes?|discos?|EBS|snapshots?|balanceador|NAT|segredo)\b[^.;,:]*" + CHARGED, True),
          (r"\b(?:nada|nenhum\w*) (?:mais )?(?:é |se |fica )?(?:cobra|paga)\w*|\bsem cobrar\b|\b(?:toda a|qualquer|a) cobrança (?:de tudo|inteira)\b"
          r"|\b(?:toda a|qualquer) cobrança\b", False)), f"{AWS}/AWSEC2/latest/APIReference/API_StopInstances.html"),
    Truth("o uso de uma instância parada não é cobrado, se não se comprou por prazo", "ligada_ou parad", "ligada_ou mesmo_parada parada_ou cobrada",
          r"\binstâncias?\b|\bparada,",
          r"\bvolumes?\b|\bdiscos?\b|\bbanco\b|\bcluster\b", r"\breserva\w*|\bSavings Plans?\b|\bhost dedicado\b",
          ((r"\bligada ou (?:não|parada|desligada)\b|\bmesmo parada\b|\bparada ou (?:não|ligada)\b", False),
          (r"\bparada, (?:a instância |ela )?(?:não |ainda |também )*(?:é|continua) cobrada\b", False)),
          f"{AWS}/AWSEC2/latest/APIReference/API_StopInstances.html"),
    Truth("parar e iniciar uma instância troca o endereço público dela, se não for um elástico", "parar parad", "endereço",
          r"\bparar\b|\bparad[ao]\b",
          r"\breinici\w+|\bbanco\b", r"\belástico\b|\bprivado\b|\bsaída\b|\bcobrança\b",
          ((r"\b(?:mant[ée]m|manteve|conserv\w+|preserv\w+|continu\w+ com|fic\w+ com)\s+(?:\w+\s+){0,2}?endereço\b", False),
          (r"\b(?:troc|mud|perd)\w+\s+(?:\w+\s+){0,2}?endereço\b|\bganh\w+ (?:outro|um novo) endereço\b", True)),
          f"{AWS}/AWSEC2/latest/UserGuide/Stop_Start.html"),
    Truth("reiniciar uma instância mantém o endereço dela", "reinici", "endereço", r"\breinici\w+", r"\bparar\b|\bparad[ao]\b", NEVER,
          ((r"\b(?:troc|mud|perd)\w+\s+(?:\w+\s+){0,2}?endereço\b|\bganh\w+ (?:outro|um novo) endereço\b", False),
          (r"\bmant[ée]m\s+(?:\w+\s+){0,2}?endereço\b", True)), f"{AWS}/AWSEC2/latest/UserGuide/ec2-instance-reboot.html"),
    Truth("um volume EBS se paga pelo tamanho, cheio ou vazio, preso ou solto", "volume _ebs",
          "enquanto quando_ cobr paga custa grat graça pelo_que pelos_que pelo_uso blocos espaço_usado pelos_dados sem_custo",
          r"\bvolumes?\b|\bEBS\b|\bdiscos?\b",
          r"\bsnapshots?\b|\bS3\b|\bbuckets?\b|\binstâncias?\b|\btabelas?\b|\blogs?\b|\bfunç\w+|\bLambda\b|\bFargate\b|\bNAT\b",
          rf"\b(?:disco da|armazenamento de) instância\b|{TIER}",
          ((r"\b(?:só|apenas|somente) (?:enquanto|quando|se) (?:est\w+ )?(?:usad|pres|ligad|mont|anexad)\w+", False),
          (r"\bpel[oa]s? (?:que (?:guard|us|ocup|grav|está)\w*|dados? (?:que|gravad)\w*|blocos|espaço usado|uso)\b", False),
          (r"\b(?:solt|vazi|parad|pres)\w+[^.;,]*" + CHARGED, True), (FREE, False)), f"{PRICES}/ebs/pricing/"),
    Truth("um snapshot do EBS se cobra pelo que guarda, vive na região, e os seguintes só copiam o que mudou", "snapshot",
          "cobr paga custa tarif grat graça sem_custo uma_zona inteiro estrag invalid inutiliz", r"\bsnapshots?\b|\bcópia\b",
          r"\bvolumes?\b|\bbanco\b|\bAMI\b|\bzonas?\b",
          rf"\bNAT\b|\bCopyTags|\bRDS\b|\bbancos?\b|\bzona local\b|\bOutposts?\b|\barquivamento\b|{TIER}",
          ((r"\b(?:é|são|continua\w*|segue\w*)\s+(?:sendo )?"
          + CHARGED.removeprefix(r"\b"), True), (FREE, False), (r"\b(?:viv\w+ em|pres\w+ a) uma zona\b", False),
          (r"\bcop\w+ (?:\w+ )?o volume inteiro\b(?! de novo e)", False), (r"\b(?:estrag|invalid|inutiliz)\w+", False)),
          f"{AWS}/ebs/latest/userguide/how_snapshots_work.html"),
    Truth("um volume EBS vive em uma zona, e só se prende a uma instância dela, ou a várias dela com o Multi-Attach", "volume _ebs",
          "qualquer_zona outra_zona na_região várias_ duas_zonas duas_instâncias três_zonas todas_as_zonas muitas_instâncias",
          r"\bvolumes?\b|\bEBS\b", r"\bsnapshots?\b|\bS3\b|\bobjetos?\b|\bbuckets?\b|\bMulti-Attach\b|\bio[12]\b",
          r"\bsnapshots?\b|\bMulti-Attach\b|\bcri\w+\b|\bbalanceador\b|\bS3\b", ((r"\bviv\w+ (?:na região|em (?:várias|duas|três|todas as) zonas)\b",
          False), (r"\b(?:prend|lig|mont|anex)\w+[^.;]*\b(?:de|em) (?:qualquer|outra) zona\b", False),
          (r"\bprend\w+ a (?:várias|muitas|duas) instâncias\b", False)), f"{AWS}/ebs/latest/userguide/ebs-attaching-volume.html"),
    Truth("ao encerrar a instância, o disco do sistema some por padrão, e um volume ligado à parte fica", "encerra", "disco_do_sistema à_parte",
          r"\bencerr\w+", NEVER, NEVER, ((r"\bdisco do sistema\b[^.;,]*\b(?:fica|permanece|sobrevive|continua)\b", False),
          (r"\bvolume ligado à parte\b[^.;,]*\b(?:some|é apagado)\b", False)),
          f"{AWS}/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html"),
)
